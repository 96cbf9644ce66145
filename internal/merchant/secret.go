package merchant

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"unique"
)

// Purpose says what a secret opens (R1, R2).
type Purpose string

// The purposes. The purchase secret sits inside mobile applications, so it never
// moves money out.
const (
	Purchase Purpose = "purchase"
	Payout   Purpose = "payout"
)

// Purposes are those that every merchant has.
var Purposes = []Purpose{Purchase, Payout}

// Secret is a signing secret. It prints itself as stars; Reveal gives the text.
// The text is behind a handle because fmt does not call the methods of unexported
// fields: there it prints an address.
type Secret struct{ text unique.Handle[string] }

func secretOf(text string) Secret { return Secret{unique.Make(text)} }

// Reveal is the secret itself: for hashing, and for showing it to its owner once.
func (s Secret) Reveal() string { return s.text.Value() }

// Format prints stars, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// LogValue is stars.
func (s Secret) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText is stars.
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// newSecret draws 32 characters, 190 bits (R1).
func newSecret() Secret {
	text := make([]byte, 0, 32)
	var draw [64]byte
	for len(text) < 32 {
		_, _ = rand.Read(draw[:]) // never fails: crypto/rand ends the process instead
		for _, b := range draw {
			if b < 248 && len(text) < 32 { // 248 = 4 * 62: no character is likelier
				text = append(text, alphabet[b%62])
			}
		}
	}
	return secretOf(string(text))
}
