package merchant

import (
	"time"

	"tolem/internal/store"
)

// Status of a merchant. Every payment of a test merchant is a test (01, 1.8);
// a blocked one is refused everything.
type Status string

// The statuses.
const (
	Test    Status = "test"
	Live    Status = "live"
	Blocked Status = "blocked"
)

// Merchant is a shop as the platform knows it, secrets opened. It is shared
// between requests and must not be changed.
type Merchant struct {
	ID       int64
	Name     string
	Status   Status
	Settings Settings
	secrets  map[Purpose][]Secret // the newest first
}

// Secrets are those that verify a message now, the one that signs first.
func (m *Merchant) Secrets(p Purpose) []Secret { return m.secrets[p] }

// Signing is the secret that signs our messages.
func (m *Merchant) Signing(p Purpose) Secret { return m.secrets[p][0] }

// Key names a merchant.
type Key struct {
	MerchantID int64 `db:"merchant_id"`
}

// Row is how a merchant is stored; Settings is JSON.
type Row struct {
	Key
	Name      string    `db:"name"`
	Status    Status    `db:"status"`
	Settings  string    `db:"settings"`
	CreatedAt time.Time `db:"created_at,fixed"`
	ChangedAt time.Time `db:"changed_at"`
}

var rows = store.Describe("merchant", func(r *Row) Key { return r.Key })

type secretKey struct {
	MerchantID int64   `db:"merchant_id"`
	Purpose    Purpose `db:"purpose"`
	Version    int64   `db:"version"`
}

// secretRow is a stored secret. EndsAt is zero for the one in use.
type secretRow struct {
	secretKey
	Sealed    []byte    `db:"sealed"`
	CreatedAt time.Time `db:"created_at,fixed"`
	EndsAt    time.Time `db:"ends_at"`
}

var secretRows = store.Describe("merchant_secret", func(r *secretRow) secretKey { return r.secretKey })
