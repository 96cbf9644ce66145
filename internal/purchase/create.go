package purchase

import (
	"strconv"
	"time"

	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// create opens a purchase, or finds the one that the same call opened before.
type create struct {
	call   idempotency.Call
	row    Row
	named  string // the field that names the card
	unique bool   // the shop has one purchase for each order id, those that failed apart

	repeats int64 // the payment number of the purchase that is there already
	refusal *codes.Refusal
	result  Row
}

func (o *create) Merchant() int64 { return o.row.MerchantID }

func (o *create) Want(s *store.Set) {
	o.call.Want(s)
	if o.unique {
		ByOrder.Want(s, Order{o.row.MerchantID, o.row.OrderID})
	}
	if o.row.CardToken != "" {
		cardtoken.Tokens.Look(s, o.card())
	}
}

func (o *create) card() cardtoken.Key {
	return cardtoken.Key{MerchantID: o.row.MerchantID, Token: o.row.CardToken}
}

func (o *create) Decide(s *store.Set, now time.Time) {
	o.repeats, o.refusal = 0, nil
	switch verdict, subject := o.call.Check(s, now); verdict {
	case idempotency.Conflict:
		o.refusal = codes.Invalid("pg_idempotency_key", codes.KeyConflict)
		return
	case idempotency.Repeat:
		o.repeats, _ = strconv.ParseInt(subject, 10, 64)
		return
	}
	row := o.row
	row.State, row.CreatedAt = Created, now
	if o.unique {
		newest, ok := ByOrder.Get(s, Order{row.MerchantID, row.OrderID})
		if ok && !newest.State.Failed() {
			o.refusal = &codes.Refusal{Code: codes.OrderNotUnique, Field: "pg_order_id"}
			return
		}
		row.Previous = newest.PaymentID
	}
	if row.CardToken != "" {
		token, ok := cardtoken.Tokens.Get(s, o.card())
		if o.refusal = chargeable(token, ok, row, o.named, now); o.refusal != nil {
			return
		}
		row.CardID = token.CardID
	}
	Rows.Insert(s, row)
	engine.Schedule(s, row.expiry(), row.ExpiresAt, now)
	o.call.Remember(s, strconv.FormatInt(row.PaymentID, 10), now)
	o.result = row
}
