package ids

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/google/uuid"
)

// UUID shapes 16 or more bytes of a keyed hash as a version 4 UUID: the form
// of tokens and of customer keys (R17, R20). 122 bits of the hash remain.
func UUID(hash []byte) string {
	var u uuid.UUID
	copy(u[:], hash[:16])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u.String()
}

// PageKey shapes a keyed hash as the 26 hex digits of a binding page (R20).
func PageKey(hash []byte) string { return hex.EncodeToString(hash[:13]) }

// PageHash is what is stored of a page key: enough to find the page by its
// key, useless for opening it (R60, S11).
func PageHash(key string) string {
	sum := sha256.Sum256([]byte("page:" + key))
	return hex.EncodeToString(sum[:16])
}
