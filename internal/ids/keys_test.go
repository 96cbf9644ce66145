package ids

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func TestUUIDIsVersion4AndKeepsTheRestOfTheHash(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		hash := rapid.SliceOfN(rapid.Byte(), 16, 40).Draw(r, "hash")
		text := UUID(hash)
		u, err := uuid.Parse(text)
		if err != nil || u.String() != text || u.Version() != 4 || u.Variant() != uuid.RFC4122 {
			r.Fatalf("%s: %v", text, err)
		}
		for i := range u {
			mask := byte(0xff)
			switch i {
			case 6:
				mask = 0x0f
			case 8:
				mask = 0x3f
			}
			if u[i]&mask != hash[i]&mask {
				r.Fatalf("%s does not show byte %d of %x", text, i, hash)
			}
		}
	})
}

func TestPageKeysHave104Bits(t *testing.T) {
	sum := sha256.Sum256([]byte("any"))
	key := PageKey(sum[:])
	if bytes, err := hex.DecodeString(key); err != nil || len(key) != 26 || string(bytes) != string(sum[:13]) {
		t.Errorf("%s: %v", key, err)
	}
}

func TestPageHashDoesNotShowTheKey(t *testing.T) {
	a, b := PageHash("a"), PageHash("b")
	plain := sha256.Sum256([]byte("a"))
	if a == b || len(a) != 32 || a == hex.EncodeToString(plain[:16]) || a != PageHash("a") {
		t.Errorf("%s, %s", a, b)
	}
}
