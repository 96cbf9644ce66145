package payout

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// byMessage finds a payout by the message that asked for it, unless it is the first one of
// its order: that one is found by the order, which the message names.
var byMessage = store.NewLatest(Rows, "created_at",
	func(r *Row) (digest, bool) { return digest{r.MerchantID, r.Message}, r.Message != "" && r.Attempt > 1 },
	func(r *Row) int64 { return r.CreatedAt.UnixMicro() }).Partial("attempt > 1")

var firstOfOrder = store.NewLatest(Rows, "attempt",
	func(r *Row) (Order, bool) { return r.order(), r.Attempt == 1 },
	func(r *Row) int64 { return r.Attempt }).Partial("attempt = 1")

type digest struct {
	MerchantID int64  `db:"merchant_id"`
	Message    string `db:"message"`
}

// Limits are a merchant's bounds on one payout; 0 is none.
type Limits struct {
	Min, Max money.Amount
}

// accept decides whether a payout begins. On the way there it finds out whether
// it has begun already: the same message names the same order, so that it need be
// looked for only if there is one.
type accept struct {
	call     idempotency.Call
	row      Row    // as it would begin
	near     string // what row.Message would be had the message come a little earlier or later
	named    string // the field that names the card
	reuse    bool
	limits   Limits
	callback int64
	notice   noticer
	thorough bool // looks for the message

	unsure  bool  // there is such an order: only a thorough look can tell
	repeats int64 // the payment number of the payout that this call asked for before
	refusal *codes.Refusal
	result  Row // the payout, when none of the above
}

// noticer books the notify of a payout that has ended.
type noticer func(s *store.Set, r Row, callback int64, now time.Time)

// by has the operation done, and thoroughly if that is what it takes.
func (o *accept) by(do func(engine.Operation) error) error {
	err := do(o)
	if err == nil && o.unsure {
		o.thorough = true
		err = do(o)
	}
	return err
}

func (o *accept) Want(s *store.Set) {
	ledger.Accounts.Want(s, o.row.account(ledger.Payout))
	ByOrder.WantNone(s, o.row.order())
	if o.thorough {
		firstOfOrder.Want(s, o.row.order())
		for _, message := range o.messages() {
			byMessage.Want(s, digest{o.row.MerchantID, message})
		}
	}
	o.call.Want(s)
	if o.row.Route == ToToken {
		cardtoken.Tokens.Look(s, o.token()) // one that is deleted just now may still be paid out to
	}
}

// messages are the names under which the very same message may be stored.
func (o *accept) messages() []string {
	switch o.row.Message {
	case "":
		return nil
	case o.near:
		return []string{o.near}
	}
	return []string{o.row.Message, o.near}
}

// same is the payout that the very same message asked for less than a window ago.
func (o *accept) same(s *store.Set, now time.Time) (Row, bool) {
	first, _ := firstOfOrder.Get(s, o.row.order())
	for _, message := range o.messages() {
		later, _ := byMessage.Get(s, digest{o.row.MerchantID, message})
		for _, r := range []Row{later, first} {
			if r.Message == message && now.Sub(r.CreatedAt) < idempotency.Window {
				return r, true
			}
		}
	}
	return Row{}, false
}

func (o *accept) token() cardtoken.Key {
	return cardtoken.Key{MerchantID: o.row.MerchantID, Token: o.row.CardToken}
}

func (o *accept) Decide(s *store.Set, now time.Time) {
	o.unsure, o.repeats, o.refusal, o.result = false, 0, nil, Row{}
	row := o.row
	newest, ordered := ByOrder.Get(s, row.order())
	if ordered && newest.PaymentID == row.PaymentID {
		o.result = newest // this very operation was committed before
		return
	}
	if o.unsure = ordered && !o.thorough; o.unsure {
		return
	}
	if o.repeats, o.refusal = o.before(s, newest, ordered, now); o.repeats != 0 || o.refusal != nil {
		return
	}
	token, refusal := o.complete(s, &row, now)
	if o.refusal = refusal; refusal != nil {
		return
	}
	row.State, row.CreatedAt, row.Attempt = Created, now, newest.Attempt+1
	switch {
	case row.Route == ToPage:
		// Money is reserved when the page is submitted.
		engine.Schedule(s, row.expiry(), row.SendBefore, now)
		Rows.Insert(s, row)
	case row.reserve(s, now):
		engine.Hand(s, row.sending(), now, parcel{row, token})
		Rows.Insert(s, row)
	default:
		row.State, row.ErrorCode, row.FinishedAt = Failed, codes.PayoutBalanceTooLow, now
		Rows.Insert(s, row)
		o.notice(s, row, o.callback, now)
	}
	o.call.Remember(s, idempotency.Payout+strconv.FormatInt(row.PaymentID, 10), now)
	o.result = row
}

// before finds the payout that this call repeats (R44, R45, R46), or refuses a
// call that reuses another one's key or order id.
func (o *accept) before(s *store.Set, newest Row, ordered bool, now time.Time) (int64, *codes.Refusal) {
	switch verdict, subject := o.call.Check(s, now); verdict {
	case idempotency.Repeat:
		id, _ := strconv.ParseInt(strings.TrimPrefix(subject, idempotency.Payout), 10, 64)
		return id, nil
	case idempotency.Conflict:
		return 0, codes.Invalid("pg_idempotency_key", codes.KeyConflict)
	}
	if !ordered {
		return 0, nil
	}
	if same, ok := o.same(s, now); ok {
		return same.PaymentID, nil
	}
	if o.reuse || newest.State == Failed || newest.State == Expired {
		return 0, nil
	}
	if bytes.Equal(newest.Fingerprint, o.row.Fingerprint) {
		return newest.PaymentID, nil
	}
	return 0, &codes.Refusal{Code: codes.OrderNotUnique, Field: "pg_order_id"}
}

// complete checks what only the stored state can tell and fills in the card, whose
// token it returns.
func (o *accept) complete(s *store.Set, row *Row, now time.Time) (token cardtoken.Token, _ *codes.Refusal) {
	if row.Route == ToToken {
		var ok bool
		if token, ok = cardtoken.Tokens.Get(s, o.token()); !ok || !token.Usable(row.UserID, row.Test) {
			return token, &codes.Refusal{Code: codes.NotFoundObject, Field: o.named}
		}
		if token.Expired(now) {
			return token, &codes.Refusal{Code: codes.CardExpired, Field: o.named}
		}
		row.CardID, row.CardMask = token.CardID, token.Mask
	}
	switch {
	case row.Late(now):
		return token, &codes.Refusal{Code: codes.LifetimeOver, Field: "pg_order_time_limit"}
	case row.Amount < o.limits.Min:
		return token, &codes.Refusal{Code: codes.BelowMinimum, Field: "pg_amount"}
	case o.limits.Max > 0 && row.Amount > o.limits.Max:
		return token, &codes.Refusal{Code: codes.TransferLimit, Field: "pg_amount"}
	}
	return token, nil
}
