package purchase

import (
	"strconv"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/clock"
	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

// result is the Result notify (2.14): one for every outcome of the purchase, under
// the purchase secret. Fields are in the order of recorded ones.
func (r Row) result(id int64, zone *time.Location) callback.Notice {
	t, paid := r.Terms(), r.State.Paid()
	m := r.named(pg.Message{}).With("pg_amount", r.Amount.String()).With("pg_currency", string(r.Currency))
	if paid {
		m = r.settlement(m.With("pg_net_amount", r.Net().String()))
	} else {
		m = m.With("pg_net_amount", "0.00")
	}
	m = m.With("pg_description", t.Description).With("pg_result", flag(paid)).
		With("pg_payment_date", clock.Local(r.date(), zone)).With("pg_can_reject", flag(paid))
	phone, email := r.Payer()
	m = given(m, "pg_user_phone", phone).With("pg_need_phone_notification", flag(t.NotifyPhone))
	m = given(m, "pg_user_contact_email", email).With("pg_need_email_notification", flag(t.NotifyEmail))
	m = given(m, "pg_payment_method", r.Method)
	if r.Test {
		m = m.With("pg_testing_mode", "1") // R61
	}
	if paid {
		m = r.proof(m, zone)
	} else {
		m = m.With("pg_failure_code", strconv.Itoa(int(r.ErrorCode))).With("pg_failure_description", r.ErrorCode.Text(t.Language))
	}
	return r.callback(id, "result", t.ResultURL, t.echo(m))
}

// proof is what the bank said of an approved payment, and of its card.
func (r Row) proof(m pg.Message, zone *time.Location) pg.Message {
	card := r.Card()
	m = given(m, "pg_reference", r.Reference).With("pg_captured", flag(r.State == Captured))
	m = given(m, "pg_card_pan", card.Mask)
	m = given(m, "pg_card_exp", card.Expiry)
	m = given(m, "pg_card_owner", card.Holder)
	m = given(m, "pg_card_brand", string(card.Brand))
	m = given(m, "pg_auth_code", r.AuthCode)
	if r.CardID != 0 {
		m = m.With("pg_card_id", strconv.FormatInt(r.CardID, 10)).With("pg_card_token", r.CardToken)
	}
	if r.ProfileID != 0 {
		id := strconv.FormatInt(r.ProfileID, 10)
		m = m.With("pg_recurring_profile", id).With("pg_recurring_profile_id", id)
	}
	if months := r.Terms().Recurring; months > 0 && r.ProfileID != 0 {
		m = m.With("pg_recurring_profile_expiry_date", clock.Local(r.PaidAt.AddDate(0, int(months), 0), zone))
	}
	return m
}

// named begins a message about the purchase.
func (r Row) named(m pg.Message) pg.Message {
	return given(m, "pg_order_id", r.OrderID).With("pg_payment_id", strconv.FormatInt(r.PaymentID, 10))
}

// settlement are the amounts between us and the merchant: no conversion yet, so in
// the purchase's own currency.
func (r Row) settlement(m pg.Message) pg.Message {
	return m.With("pg_ps_amount", r.Amount.String()).With("pg_ps_full_amount", r.Amount.String()).With("pg_ps_currency", string(r.Currency))
}

// tell books the notification of a capture or a refund, if the merchant asked for
// one (2.16).
func (p *Service) tell(s *store.Set, r Row, t Step, id int64, now time.Time) {
	terms := r.Terms()
	m := r.named(pg.Message{})
	switch t.Action {
	case bank.Capture:
		callback.Enqueue(s, r.callback(id, "capture", terms.CaptureURL, terms.echo(m)), now)
	case bank.Refund:
		m = given(m, "pg_payment_system", r.Method).With("pg_amount", t.Amount.String()).With("pg_net_amount", t.Amount.String()).
			With("pg_currency", string(r.Currency)).With("pg_ps_currency", string(r.Currency)).With("pg_ps_full_amount", t.Amount.String()).
			With("pg_refund_date", clock.Local(t.Date(), p.Zone)).With("pg_refund_type", "merchant").
			With("pg_refund_id", strconv.FormatInt(t.PaymentID, 10))
		callback.Enqueue(s, r.callback(id, "refund", terms.RefundURL, terms.echo(given(m, "pg_refund_system", r.Method))), now)
	}
}

func (r Row) callback(id int64, event, url string, m pg.Message) callback.Notice {
	form, method := r.Terms().form()
	return callback.Notice{
		MerchantID: r.MerchantID, ID: id, PaymentID: r.PaymentID, Event: event, URL: url,
		Secret: merchant.Purchase, Form: form, Method: method, Message: m,
	}
}

// date is when the purchase was paid, or ended without.
func (r Row) date() time.Time {
	if !r.PaidAt.IsZero() {
		return r.PaidAt
	}
	return r.FinishedAt
}

// given adds a field that has a value (R5).
func given(m pg.Message, name, value string) pg.Message {
	if value == "" {
		return m
	}
	return m.With(name, value)
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
