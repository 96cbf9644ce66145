package payout

import (
	"strconv"
	"time"

	"tolem/internal/callback"
	"tolem/internal/clock"
	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
)

// notice is the Payout notify (spec 02, C.1; R41): one for every final outcome,
// under the payout secret. Its dates are in the installation's zone.
func (r Row) notice(id int64, zone *time.Location) callback.Notice {
	m := pg.Message{}.
		With("pg_payment_id", strconv.FormatInt(r.PaymentID, 10)).
		With("pg_order_id", r.OrderID).
		With("pg_card_hash", r.CardMask)
	if r.CardID != 0 {
		m = m.With("pg_card_id", strconv.FormatInt(r.CardID, 10))
	}
	if r.State == Success {
		m = m.With("pg_status", "ok")
	} else {
		m = m.With("pg_status", "error").
			With("pg_error_code", strconv.Itoa(int(r.ErrorCode))).
			With("pg_error_description", r.ErrorCode.Text(r.Language))
	}
	m = m.With("pg_balance", r.Balance.Fixed()).
		With("pg_payment_amount", r.Amount.Fixed()).
		With("pg_to_pay", r.ToPay().String()).
		With("pg_merchant_id", strconv.FormatInt(r.MerchantID, 10)).
		With("pg_payment_date", clock.Local(r.Date(), zone))
	return callback.Notice{
		MerchantID: r.MerchantID, ID: id, PaymentID: r.PaymentID, Event: "payout", URL: r.PostLink,
		Secret: merchant.Payout, Form: callback.Fields, Message: m,
	}
}
