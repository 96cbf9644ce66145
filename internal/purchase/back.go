package purchase

import (
	"net/http"
	"strconv"

	"tolem/internal/callback"
	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
)

// Back is the way of the payer's browser to the shop once there is an outcome (2.13).
// ok is false when the shop named no address. Its fields name the payment and prove
// nothing (S7).
func (r Row) Back(m *merchant.Merchant) (request callback.Request, ok bool) {
	t := r.Terms()
	to := t.Failure
	if r.State.Paid() && r.Reason == "" {
		to = t.Success
	}
	if to.URL == "" {
		return request, false
	}
	message := r.named(pg.Message{})
	if t.Framed && r.State.Failed() {
		message = message.With("pg_status", "error").With("pg_error_code", strconv.Itoa(int(r.ErrorCode))).
			With("pg_error_description", r.ErrorCode.Text(t.Language))
	}
	notice := callback.Notice{URL: to.URL, Form: callback.Fields, Method: http.MethodGet, Message: message}
	if to.Post {
		notice.Method = http.MethodPost
	}
	return callback.Compose(notice, m.Signing(merchant.Purchase), pg.NewSalt()), true
}
