package vault

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// kekSize is in bytes: AES-256.
const kekSize = 32

// KEK is a key-encryption key: AES-256-GCM over the stored keysets and nothing else. It prints as its [KEK.ID].
type KEK struct {
	aead tink.AEAD
	id   string
}

// ParseKEK reads a key of 32 bytes from its base64 text (RFC 4648, section 4); white space around it is ignored.
func ParseKEK(text string) (KEK, error) {
	key, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != kekSize {
		return KEK{}, errors.New("vault: a key-encryption key is the base64 text of 32 bytes")
	}
	aead, err := subtle.NewAESGCM(key)
	if err != nil {
		return KEK{}, fmt.Errorf("vault: key-encryption key: %w", err)
	}
	sum := sha256.Sum256(append([]byte("tolem key-encryption key\x00"), key...))
	return KEK{aead: aead, id: hex.EncodeToString(sum[:8])}, nil
}

// ID tells keys apart without telling them: 16 hex digits of a hash of the key.
func (k KEK) ID() string { return k.id }

// String returns the ID.
func (k KEK) String() string { return "key " + k.id }

// Format writes the ID whatever the verb and flags.
func (k KEK) Format(state fmt.State, _ rune) { io.WriteString(state, k.String()) }
