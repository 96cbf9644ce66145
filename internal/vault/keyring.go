package vault

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Family is a kind of record that has its own keys, so that one kind's ciphertext is never taken for another's.
type Family string

// The families.
const (
	Card   Family = "card"   // card numbers and holders
	Secret Family = "secret" // merchant, partner and agent secrets
)

// fingerprintRow names the keyset behind Fingerprint and CardHHash. Its key is never changed: fingerprints are compared for years.
const fingerprintRow = "fingerprint"

// rowNames lists the keysets that a vault must have.
var rowNames = []string{string(Card), string(Secret), fingerprintRow}

// keyring is the unwrapped form of the stored rows. It does not change: a rotation makes a new one.
type keyring struct {
	sealers        map[Family]sealer
	fingerprintKey []byte
	cardHHashKey   []byte
}

// sealer is the keyset of one family, with Tink's key ids.
type sealer struct {
	aead    tink.AEAD
	primary uint32
	known   map[uint32]bool
}

// newKeyset makes the keyset of a row: AES-256-GCM for a family, an HMAC-SHA-256 PRF for fingerprints. Random nonces bound a GCM key
// to 2³² seals (NIST SP 800-38D, 8.3): more than there are cards, and rotation starts anew.
func newKeyset(name string) (*keyset.Handle, error) {
	if name == fingerprintRow {
		return keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	}
	return keyset.NewHandle(aead.AES256GCMKeyTemplate())
}

// missingRows makes the keysets that are not among rows.
func missingRows(kek KEK, rows []Row) ([]Row, error) {
	var missing []Row
	for _, name := range rowNames {
		if stored(rows, name) {
			continue
		}
		handle, err := newKeyset(name)
		if err != nil {
			return nil, fmt.Errorf("vault: making keyset %s: %w", name, err)
		}
		row, err := wrap(kek, name, 1, handle)
		if err != nil {
			return nil, err
		}
		missing = append(missing, row)
	}
	return missing, nil
}

func stored(rows []Row, name string) bool {
	return slices.ContainsFunc(rows, func(row Row) bool { return row.Family == name })
}

func wrap(kek KEK, name string, version int64, handle *keyset.Handle) (Row, error) {
	var wrapped bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&wrapped), kek.aead, []byte(name)); err != nil {
		return Row{}, fmt.Errorf("vault: wrapping keyset %s: %w", name, err)
	}
	return Row{Family: name, KEKID: kek.id, Wrapped: wrapped.Bytes(), Version: version}, nil
}

func unwrap(kek KEK, row Row) (*keyset.Handle, error) {
	if row.KEKID != kek.id {
		return nil, fmt.Errorf("vault: keyset %s is wrapped by key %s, but key %s was given", row.Family, row.KEKID, kek.id)
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(row.Wrapped)), kek.aead, []byte(row.Family))
	if err != nil {
		return nil, fmt.Errorf("vault: keyset %s does not open under key %s, it was altered: %w", row.Family, kek.id, err)
	}
	return handle, nil
}

// newKeyring unwraps rows; none may be missing, least of all the fingerprints' key, without which they would be made under no key.
func newKeyring(kek KEK, rows []Row) (*keyring, error) {
	ring := &keyring{sealers: map[Family]sealer{}}
	for _, row := range rows {
		handle, err := unwrap(kek, row)
		if err != nil {
			return nil, err
		}
		if row.Family == fingerprintRow {
			err = ring.deriveFingerprintKeys(handle)
		} else {
			ring.sealers[Family(row.Family)], err = newSealer(handle)
		}
		if err != nil {
			return nil, fmt.Errorf("vault: keyset %s: %w", row.Family, err)
		}
	}
	for _, name := range rowNames {
		if !stored(rows, name) {
			return nil, fmt.Errorf("vault: keyset %s is missing", name)
		}
	}
	return ring, nil
}

func (r *keyring) sealer(f Family) (sealer, error) {
	s, ok := r.sealers[f]
	if !ok {
		return sealer{}, fmt.Errorf("vault: no keyset for family %q", string(f))
	}
	return s, nil
}

func newSealer(handle *keyset.Handle) (sealer, error) {
	cipher, err := aead.New(handle)
	if err != nil {
		return sealer{}, err
	}
	info := handle.KeysetInfo()
	known := map[uint32]bool{}
	for _, key := range info.GetKeyInfo() {
		known[key.GetKeyId()] = true
	}
	return sealer{aead: cipher, primary: info.GetPrimaryKeyId(), known: known}, nil
}

func (r *keyring) deriveFingerprintKeys(handle *keyset.Handle) error {
	set, err := prf.NewPRFSet(handle)
	if err != nil {
		return err
	}
	if r.fingerprintKey, err = set.ComputePrimaryPRF([]byte("fingerprint"), 32); err != nil {
		return err
	}
	r.cardHHashKey, err = set.ComputePrimaryPRF([]byte("pg_card_hhash"), 32)
	return err
}

// keyID reads the key id that Tink writes before a ciphertext: the byte 1, then the id in four bytes.
func keyID(ciphertext []byte) (id uint32, ok bool) {
	if len(ciphertext) < 5 || ciphertext[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(ciphertext[1:5]), true
}
