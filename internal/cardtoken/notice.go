package cardtoken

import (
	"strconv"

	"tolem/internal/callback"
	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
)

// notice is the tokenization callback (spec 02, A.9 and C.2): always the pg_xml
// form, always under the purchase secret. A failed one has no card.
func notice(b Binding, t Token, id int64) callback.Notice {
	m := pg.Message{}.
		With("pg_payment_id", strconv.FormatInt(b.PaymentID, 10)).
		With("pg_order_id", b.OrderID).
		With("pg_user_id", b.UserID)
	if b.State == Bound {
		m = m.With("pg_status", "success").With("pg_type", "approve").
			With("pg_card_hash", t.Mask).
			With("pg_card_hhash", t.HHash).
			With("pg_bank", t.Bank).
			With("pg_country", t.Country).
			With("pg_card_3ds", digit(t.Secure)).
			With("pg_card_id", strconv.FormatInt(t.CardID, 10)).
			With("pg_card_token", t.Token)
		if len(t.Expiry) == len("MM/YY") {
			m = m.With("pg_card_month", t.Expiry[:2]).With("pg_card_year", t.Expiry[3:])
		}
	} else {
		why := b.ErrorCode.Text("en")
		m = m.With("pg_status", "error").With("pg_type", "error").
			With("pg_error_code", strconv.Itoa(int(b.ErrorCode))).
			With("pg_error_description", why).
			With("pg_description", why)
	}
	return callback.Notice{
		MerchantID: b.MerchantID, ID: id, PaymentID: b.PaymentID, Event: "binding." + string(b.Purpose), URL: b.PostLink,
		Secret: merchant.Purchase, Form: callback.XML, Message: m,
	}
}

func digit(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}
