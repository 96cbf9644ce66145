package vault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// ErrUnreadable says that a ciphertext was altered, belongs to another record, or is no ciphertext.
var ErrUnreadable = errors.New("vault: the ciphertext is damaged or belongs to another record")

// reloadTimeout bounds the reading of keysets inside [Vault.Open].
const reloadTimeout = 5 * time.Second

// Vault seals and opens records. It is safe for concurrent use.
type Vault struct {
	rows Rows
	ring atomic.Pointer[keyring]

	changing sync.Mutex // held while rows are read or rotated
	kek      KEK        // guarded by changing
}

// Open unwraps the stored keysets, and makes and stores those that are missing, on the first start all. A wrong KEK is an error that
// names its ID and the right one's.
func Open(ctx context.Context, kek KEK, rows Rows) (*Vault, error) {
	if kek.aead == nil {
		return nil, errors.New("vault: no key-encryption key")
	}
	v := &Vault{rows: rows, kek: kek}
	err := v.start(ctx)
	if errors.Is(err, ErrMoved) { // another process made the keysets just now
		err = v.start(ctx)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Seal encrypts plaintext under the family's primary key. The associated data, which name the record, must be given again to open it.
func (v *Vault) Seal(f Family, plaintext, associated []byte) ([]byte, error) {
	sealer, err := v.ring.Load().sealer(f)
	if err != nil {
		return nil, err
	}
	return sealer.aead.Encrypt(plaintext, associated)
}

// Open decrypts what Seal made; the error is [ErrUnreadable] when it cannot be. A ciphertext under a key that this process has not
// seen makes it read the keysets again, once: another process may have rotated them. So do not call it inside a transaction that
// holds the only connection.
func (v *Vault) Open(f Family, ciphertext, associated []byte) ([]byte, error) {
	ring := v.ring.Load()
	sealer, err := ring.sealer(f)
	if err != nil {
		return nil, err
	}
	id, ok := keyID(ciphertext)
	if !ok {
		return nil, ErrUnreadable
	}
	if !sealer.known[id] {
		if ring, err = v.reload(ring); err != nil {
			return nil, err
		}
		if sealer, err = ring.sealer(f); err != nil {
			return nil, err
		}
	}
	plaintext, err := sealer.aead.Decrypt(ciphertext, associated)
	if err != nil {
		return nil, ErrUnreadable
	}
	return plaintext, nil
}

// Stale says that the ciphertext was sealed under a key that is no longer the primary one and should be sealed again. One under a
// key unknown here is newer, not stale.
func (v *Vault) Stale(f Family, ciphertext []byte) bool {
	id, ok := keyID(ciphertext)
	sealer := v.ring.Load().sealers[f]
	return ok && sealer.known[id] && id != sealer.primary
}

// reload reads the keysets again unless somebody did since seen was taken.
func (v *Vault) reload(seen *keyring) (*keyring, error) {
	v.changing.Lock()
	defer v.changing.Unlock()
	if ring := v.ring.Load(); ring != seen {
		return ring, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), reloadTimeout)
	defer cancel()
	rows, err := v.rows.LoadKeysets(ctx)
	if err != nil {
		return nil, fmt.Errorf("vault: loading keysets: %w", err)
	}
	ring, err := newKeyring(v.kek, rows)
	if err != nil {
		return nil, err
	}
	v.ring.Store(ring)
	return ring, nil
}

// start loads the keysets and stores the missing ones. Those that are there are unwrapped first: nothing is written under a wrong KEK.
func (v *Vault) start(ctx context.Context) error {
	rows, err := v.rows.LoadKeysets(ctx)
	if err != nil {
		return fmt.Errorf("vault: loading keysets: %w", err)
	}
	for _, row := range rows {
		if _, err := unwrap(v.kek, row); err != nil {
			return err
		}
	}
	missing, err := missingRows(v.kek, rows)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		if err := v.rows.SaveKeysets(ctx, nil, missing); err != nil {
			return fmt.Errorf("vault: storing keysets: %w", err)
		}
	}
	ring, err := newKeyring(v.kek, append(rows, missing...))
	if err != nil {
		return err
	}
	v.ring.Store(ring)
	return nil
}
