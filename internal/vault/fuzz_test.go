package vault_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"tolem/internal/vault"
)

// FuzzOpen: only what was sealed opens, unchanged and for its own record.
func FuzzOpen(f *testing.F) {
	v := open(f, newKEK(f), &memoryRows{})
	f.Add([]byte("plain"), []byte("row 1"), []byte("row 2"), []byte{1, 0, 0, 0, 0}, uint(3), byte(1))
	f.Add([]byte{}, []byte{}, []byte("row"), []byte{}, uint(0), byte(0x80))
	f.Fuzz(func(t *testing.T, plaintext, record, other, junk []byte, at uint, flip byte) {
		ciphertext, err := v.Seal(vault.Card, plaintext, record)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Open(vault.Card, ciphertext, record); err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("does not open: %v", err)
		}
		unreadable := func(what string, ciphertext, record []byte) {
			if _, err := v.Open(vault.Card, ciphertext, record); !errors.Is(err, vault.ErrUnreadable) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if !bytes.Equal(record, other) {
			unreadable("another record", ciphertext, other)
		}
		unreadable("junk", junk, record)
		unreadable("junk behind a true beginning", append(bytes.Clone(ciphertext[:5]), junk...), record)
		unreadable("junk at its end", append(bytes.Clone(ciphertext), flip), record)
		if flip != 0 {
			ciphertext[at%uint(len(ciphertext))] ^= flip
			unreadable("a changed byte", ciphertext, record)
		}
	})
}

// FuzzParseKEK: a key is 32 bytes in one spelling, and neither it nor an error about it shows them.
func FuzzParseKEK(f *testing.F) {
	f.Add(newKEKText())
	f.Add(strings.Repeat("A", 43) + "=")
	f.Add(strings.Repeat("A", 42) + "B=")
	f.Add(" \n")
	f.Fuzz(func(t *testing.T, text string) {
		kek, err := vault.ParseKEK(text)
		trimmed := strings.TrimSpace(text)
		if err != nil {
			if len(trimmed) > 8 && strings.Contains(err.Error(), trimmed) {
				t.Error("the error shows the text")
			}
			return
		}
		letters := strings.NewReplacer("\r", "", "\n", "").Replace(trimmed)
		if len(letters) != 44 || len(kek.ID()) != 16 || strings.Contains(kek.String(), letters[:16]) {
			t.Errorf("%d characters are read as %v", len(letters), kek)
		}
		if again, err := vault.ParseKEK(letters); err != nil || again.ID() != kek.ID() {
			t.Errorf("another key when it is read again: %v", err)
		}
	})
}
