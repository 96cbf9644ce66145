package vault

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"tolem/internal/card"
)

// Fingerprint returns 32 bytes that tell whether two values are the same without telling the value: HMAC-SHA-256 under the
// installation's key of the purpose and the parts, each with its length before it, so that no two lists of parts collide. It finds
// the same card again and derives page keys (R60). It is stable for the life of the installation.
func (v *Vault) Fingerprint(purpose string, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, v.ring.Load().fingerprintKey)
	for _, part := range append([][]byte{[]byte(purpose)}, parts...) {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// CardHHash returns pg_card_hhash, 32 hex digits that are the same for a merchant's same card: HMAC-MD5 under a key of its own over
// the merchant's number and the card's (spec 02, 0.6).
func (v *Vault) CardHHash(merchant int64, pan card.PAN) string {
	mac := hmac.New(md5.New, v.ring.Load().cardHHashKey)
	mac.Write([]byte(strconv.FormatInt(merchant, 10) + ";" + pan.Digits()))
	return hex.EncodeToString(mac.Sum(nil))
}
