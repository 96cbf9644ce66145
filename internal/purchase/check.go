package purchase

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"
	"unicode"

	"tolem/internal/callback"
	"tolem/internal/engine"
	"tolem/internal/merchant"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// Verdict is what a merchant says to a check request. Words are its own, for the
// payer, when it said no; Silent says that it said nothing that counts. Until is how
// long it keeps the order, zero when it did not say. Patience tells why it was not asked.
type Verdict struct {
	OK     bool
	Words  string
	Silent bool
	Until  time.Time
	Patience
}

// check asks the merchant, if it wants to be asked, whether the purchase may be
// paid (2.15, R40) by a method: yes, signed or unsigned, lets it; all else does not.
// It is asked once for each try of the payer, as long as these have bounds. An error
// is our own trouble.
func (p *Service) check(ctx context.Context, row Row, method string) (Verdict, error) {
	t := row.Terms()
	if t.CheckURL == "" {
		return Verdict{OK: true}, nil
	}
	if patience, err := p.try(ctx, row.Key); err != nil || patience != Asked {
		return Verdict{Patience: patience}, err
	}
	m, err := p.Merchants.Get(ctx, row.MerchantID)
	if err != nil {
		return Verdict{}, err
	}
	notice := row.callback(0, "check", t.CheckURL, t.echo(row.question(method)))
	request := callback.Compose(notice, m.Signing(merchant.Purchase), pg.NewSalt())
	answer, err := request.Send(ctx, p.Client)
	switch {
	case ctx.Err() != nil:
		return Verdict{}, ctx.Err()
	case err != nil || answer.Status != http.StatusOK:
		return Verdict{Silent: true}, nil
	}
	return verdict(callback.ReadReply(answer.Body, request), m.Secrets(merchant.Purchase), p.Clock.Now()), nil
}

func (r Row) question(method string) pg.Message {
	m := r.settlement(r.named(pg.Message{}).With("pg_amount", r.Amount.String()).With("pg_currency", string(r.Currency))).
		With("pg_payment_method", method)
	if r.Test {
		m = m.With("pg_testing_mode", "1")
	}
	return m
}

func verdict(r callback.Reply, secrets []merchant.Secret, now time.Time) Verdict {
	if r.Status == "" || r.Signed() && !r.Genuine(secrets) {
		return Verdict{Silent: true}
	}
	v := Verdict{OK: r.Status == "ok", Words: forPayer(r.Description)}
	if r.Timeout > 0 {
		v.Until = now.Add(time.Duration(r.Timeout) * time.Second)
	}
	return v
}

// permit asks the merchant, and keeps to the time that it gives.
func (p *Service) permit(ctx context.Context, row Row, method string) (Row, Verdict, error) {
	verdict, err := p.check(ctx, row, method)
	if err == nil {
		row, err = p.shorten(ctx, row, verdict)
	}
	return row, verdict, err
}

// shorten ends the lifetime of a purchase when the merchant's patience ends.
func (p *Service) shorten(ctx context.Context, row Row, v Verdict) (Row, error) {
	if !v.Until.Before(row.ExpiresAt) || v.Until.IsZero() {
		return row, nil
	}
	o := &shorten{key: row.Key, until: v.Until}
	err := engine.Await(ctx, p.Engine, o)
	return o.result, err
}

// Replied hears what a merchant answered to a Result notify: a signed no takes the
// payment back (2.14, R40). The answer of a repeated notify never does.
func (p *Service) Replied(ctx context.Context, notice callback.Row, r callback.Reply) error {
	if r.Status != "rejected" {
		return nil
	}
	m, err := p.Merchants.Get(ctx, notice.MerchantID)
	if err != nil || !r.Genuine(m.Secrets(merchant.Purchase)) {
		return err
	}
	o, err := p.follow(ctx, Ask{Key: Key{notice.MerchantID, notice.PaymentID}})
	if err != nil {
		return err
	}
	o.step.Reason = cmp.Or(forPayer(r.Description), codes.PaymentCancelled.Text(o.seen.Terms().Language))
	return p.Engine.Do(o)
}

// forPayer is a merchant's text as a payer may see it: one line, not long.
func forPayer(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	const most = 255
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most])
	}
	return strings.TrimSpace(text)
}
