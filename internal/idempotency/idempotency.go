package idempotency

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

// keep is how long a key is remembered; keys of payouts stay with their payout.
const keep = 30 * 24 * time.Hour

// Call is what identifies one call of a merchant.
type Call struct {
	MerchantID  int64
	Key         string // pg_idempotency_key, "" when the call has none
	Script      string
	Fingerprint []byte // of the script and all fields but salt and signature; nil without a key
	Message     string // of the script, the salt and the signature: the very same message (R46)
}

// Of reads the identity of a verified message.
func Of(merchant int64, script string, m pg.Message) Call {
	message := sha256.Sum256([]byte(script + "\x00" + m.Get("pg_salt") + "\x00" + strings.ToLower(m.Get("pg_sig"))))
	c := Call{MerchantID: merchant, Key: m.Get("pg_idempotency_key"), Script: script, Message: hex.EncodeToString(message[:16])}
	if c.Key != "" {
		c.Fingerprint = fingerprint(script, m)
	}
	return c
}

func fingerprint(script string, m pg.Message) []byte {
	rest := m.Without("pg_sig").Without("pg_salt")
	slices.SortStableFunc(rest, func(a, b pg.Field) int { return strings.Compare(a.Name, b.Name) })
	sum := sha256.Sum256([]byte(script + "?" + pg.EncodeForm(rest)))
	return sum[:]
}

// Window is how long the very same message is taken for a replay even after what
// it asked for failed (R46).
const Window = 5 * time.Minute

// Replay names the message among those of a merchant, as one that came at a time,
// and as one that came up to a Window before or after, which is mostly the same: the
// other copy may have been named by a node whose clock is ahead, and yet be decided
// first. Names begin with the time, so that an index of them grows at its end however
// many there are.
func (c Call) Replay(at time.Time) (now, near string) {
	if c.Message == "" {
		return "", ""
	}
	current, other := span(at), span(at.Add(-Window))
	if other == current {
		other = span(at.Add(Window))
	}
	now = c.name(current)
	if other == current {
		return now, now
	}
	return now, c.name(other)
}

// span counts half hours: the names of the messages of one begin alike.
func span(at time.Time) uint32 { return uint32(at.Unix() / int64(30*time.Minute/time.Second)) }

func (c Call) name(span uint32) string {
	return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, span)) + c.Message
}

type key struct {
	MerchantID int64  `db:"merchant_id"`
	Key        string `db:"key"`
}

type row struct {
	key
	Script      string    `db:"script"`
	Fingerprint []byte    `db:"fingerprint"`
	Subject     string    `db:"subject"`
	ExpiresAt   time.Time `db:"expires_at"` // zero for never
}

var rows = store.Describe("idempotency", func(r *row) key { return r.key })

// Want asks for what is known of the call's key, if it has one.
func (c Call) Want(s *store.Set) {
	if c.Key != "" {
		rows.WantNone(s, key{c.MerchantID, c.Key})
	}
}

// Verdict is what a key says of a call.
type Verdict int

// The verdicts.
const (
	Fresh    Verdict = iota // the key is new, or there is none
	Repeat                  // the same call was done: Subject names its result
	Conflict                // the key belongs to another call
)

// Check looks the key up. subject is what Remember was told.
func (c Call) Check(s *store.Set, now time.Time) (verdict Verdict, subject string) {
	if c.Key == "" {
		return Fresh, ""
	}
	r, ok := rows.Get(s, key{c.MerchantID, c.Key})
	switch {
	case !ok || r.expired(now):
		return Fresh, ""
	case r.Script != c.Script || !bytes.Equal(r.Fingerprint, c.Fingerprint):
		return Conflict, ""
	}
	return Repeat, r.Subject
}

// Remember ties the key to the result of the call, in the same transaction.
func (c Call) Remember(s *store.Set, subject string, now time.Time) {
	if c.Key == "" {
		return
	}
	r := row{key: key{c.MerchantID, c.Key}, Script: c.Script, Fingerprint: c.Fingerprint, Subject: subject}
	if !strings.HasPrefix(subject, Payout) {
		r.ExpiresAt = now.Add(keep)
	}
	if _, ok := rows.Get(s, r.key); ok {
		rows.Update(s, r)
	} else {
		rows.Insert(s, r)
	}
}

// Payout begins the subject of a payout: it is remembered for as long as the
// payout.
const Payout = "payout"

func (r row) expired(now time.Time) bool { return !r.ExpiresAt.IsZero() && !now.Before(r.ExpiresAt) }

// Purge forgets what has expired.
func Purge(ctx context.Context, tx *store.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, "DELETE FROM idempotency WHERE expires_at > 0 AND expires_at <= $1", store.Micros(now))
	return err
}
