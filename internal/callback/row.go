package callback

import (
	"encoding/json"
	"fmt"
	"time"

	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

// Key names a callback.
type Key struct {
	MerchantID int64 `db:"merchant_id"`
	CallbackID int64 `db:"callback_id"`
}

// Form is how the message travels (R38).
type Form string

// The forms.
const (
	Fields Form = "fields" // urlencoded fields
	XML    Form = "xml"    // one urlencoded field pg_xml
)

// Row is a callback: what is said, and to whom. Message is the JSON of the unsigned
// fields; each attempt has its own salt and signature. A callback never changes:
// how far it got is in its attempts, and it is due as long as its effect is there.
type Row struct {
	Key
	PaymentID int64            `db:"payment_id,fixed"`
	Event     string           `db:"event,fixed"`
	URL       string           `db:"url,fixed"`
	Secret    merchant.Purpose `db:"secret,fixed"`
	Form      Form             `db:"form,fixed"`
	Method    string           `db:"method,fixed"` // POST, or GET with the fields in the query
	Message   string           `db:"message,fixed"`
	CreatedAt time.Time        `db:"created_at,fixed"`
}

// Rows is where callbacks are kept.
var Rows = store.Describe("callback", func(r *Row) Key { return r.Key })

// AttemptKey names an attempt, counted from 1.
type AttemptKey struct {
	MerchantID int64 `db:"merchant_id"`
	CallbackID int64 `db:"callback_id"`
	Attempt    int64 `db:"attempt"`
}

// Attempt is the record of one attempt. Status is the HTTP status, 0 when there
// was no answer; Answer is the beginning of the answer or the reason. Took is in
// microseconds. Done says that this attempt or one before it was accepted.
type Attempt struct {
	AttemptKey
	SentAt time.Time `db:"sent_at,fixed"`
	Took   int64     `db:"took,fixed"`
	Status int64     `db:"status,fixed"`
	Answer string    `db:"answer,fixed"`
	Done   bool      `db:"done,fixed"`
}

// Attempts is where attempts are kept.
var Attempts = store.Describe("callback_attempt", func(a *Attempt) AttemptKey { return a.AttemptKey })

// last finds the latest attempt of a callback.
var last = store.NewLatest(Attempts, "attempt",
	func(a *Attempt) (Key, bool) { return Key{a.MerchantID, a.CallbackID}, true },
	func(a *Attempt) int64 { return a.Attempt })

// encode keeps the order of a flat message.
func encode(m pg.Message) string {
	pairs := make([][2]string, len(m))
	for i, f := range m {
		pairs[i] = [2]string{f.Name, f.Value}
	}
	text, err := json.Marshal(pairs)
	if err != nil {
		panic(fmt.Sprintf("callback: strings do not marshal: %v", err))
	}
	return string(text)
}

func decode(text string) (pg.Message, error) {
	var pairs [][2]string
	if err := json.Unmarshal([]byte(text), &pairs); err != nil {
		return nil, err
	}
	m := make(pg.Message, len(pairs))
	for i, p := range pairs {
		m[i] = pg.Field{Name: p[0], Value: p[1]}
	}
	return m, nil
}
