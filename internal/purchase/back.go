package purchase

import (
	"net/http"
	"strconv"

	"tolem/internal/callback"
	"tolem/internal/merchant"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// Back is the way of the payer's browser to the shop (2.13): once there is an outcome,
// or before it is known, to where the shop wants to see those who do not wait for it.
// ok is false when the shop named no address. Its fields name the payment and prove
// nothing (S7); a failure is told in frames, and to shops that still expect it.
func (r Row) Back(m *merchant.Merchant) (request callback.Request, ok bool) {
	t := r.Terms()
	to, message := t.Success, r.named(pg.Message{})
	switch {
	case r.State.Underway():
		to = t.State
	case !r.State.Paid() || r.Reason != "":
		to = t.Failure
		code, text := strconv.Itoa(int(r.failure())), r.failure().Text(t.Language)
		if t.Framed {
			message = message.With("pg_status", "error").With("pg_error_code", code).With("pg_error_description", text)
		}
		if m.Settings.Purchase.LegacyFailureFields {
			message = message.With("pg_failure_code", code).With("pg_failure_description", text)
		}
	}
	if to.URL == "" {
		return request, false
	}
	notice := callback.Notice{URL: to.URL, Form: callback.Fields, Method: http.MethodGet, Message: message}
	if to.Post {
		notice.Method = http.MethodPost
	}
	return callback.Compose(notice, m.Signing(merchant.Purchase), pg.NewSalt()), true
}

// failure is why the payer has not paid in the end.
func (r Row) failure() codes.Code {
	switch {
	case r.ErrorCode != 0:
		return r.ErrorCode
	case r.State == Created: // its timer is about to come
		return codes.LifetimeOver
	}
	return codes.PaymentCancelled // the merchant did not want it, or let the hold go
}
