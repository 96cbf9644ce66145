package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/idempotency"
	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

// The demo merchant of a sandbox (R59) and the card it can pay out to at once.
const (
	DemoMerchant       int64 = 700123
	DemoPurchaseSecret       = "demo-purchase-secret"
	DemoPayoutSecret         = "demo-payout-secret"
	demoUser                 = "demo-user"
	demoCard                 = "4671593866478252"
	demoPayer                = "4111111111111111"
	demoBalance              = money.Amount(1_000_000_000_00)
)

// furnish gives a new sandbox its demo merchant, with money and a saved card.
// It finishes what an earlier start may have left half done.
func (s *Server) furnish(ctx context.Context) error {
	m, err := s.Merchants.Get(ctx, DemoMerchant)
	if errors.Is(err, merchant.ErrUnknown) {
		_, err = s.Merchants.Create(ctx, DemoMerchant, "Demo Shop", merchant.Test, demoSettings(), map[merchant.Purpose]string{
			merchant.Purchase: DemoPurchaseSecret, merchant.Payout: DemoPayoutSecret,
		})
		if err == nil {
			m, err = s.Merchants.Get(ctx, DemoMerchant)
		}
	}
	if err != nil {
		return err
	}
	if err := s.fundDemo(ctx); err != nil {
		return err
	}
	_, err = s.demoToken(ctx, m)
	return err
}

// demoSettings have every feature on (R59).
func demoSettings() merchant.Settings {
	settings := merchant.Defaults()
	settings.Tokens, settings.Payouts, settings.PayoutIBAN, settings.Purchases = true, true, true, true
	settings.PurchaseTariff.Share = 290
	settings.Purchase.Recurring, settings.Purchase.CardDirect, settings.Purchase.BrowserEntry = true, true, true
	return settings
}

func (s *Server) fundDemo(ctx context.Context) error {
	key := ledger.Key{MerchantID: DemoMerchant, Book: ledger.Test, Name: ledger.Payout, Currency: money.KZT}
	var funded bool
	err := s.DB.View(ctx, func(tx *store.Tx) (err error) {
		_, funded, err = ledger.Accounts.Find(ctx, tx, key)
		return err
	})
	if err != nil || funded {
		return err
	}
	id, err := s.Payments.Next(ctx)
	if err != nil {
		return err
	}
	return s.engine.Do(&ledger.Fund{
		MerchantID: DemoMerchant, PaymentID: id, Book: ledger.Test, Money: money.Money{Amount: demoBalance, Currency: money.KZT},
	})
}

// demoToken is the demo user's saved card; it is typed in if it is not there.
func (s *Server) demoToken(ctx context.Context, m *merchant.Merchant) (string, error) {
	tokens, err := s.cards.List(ctx, m.ID, demoUser)
	if err != nil || len(tokens) > 0 {
		if err != nil {
			return "", err
		}
		return tokens[0].Token, nil
	}
	pan, err := card.ParsePAN(demoCard)
	if err != nil {
		return "", err
	}
	b, _, err := s.cards.Begin(ctx, idempotency.Call{MerchantID: m.ID}, cardtoken.Binding{
		BindingKey: cardtoken.BindingKey{MerchantID: m.ID}, Purpose: cardtoken.ForPayout, Test: true, UserID: demoUser,
	})
	if err != nil {
		return "", err
	}
	b, _, err = s.cards.Submit(ctx, b, cardtoken.Card{PAN: pan, Holder: "DEMO USER"})
	return b.Token, err
}

// knownSecrets tells whether a secret that everybody knows still opens something.
func knownSecrets(m *merchant.Merchant) bool {
	for _, p := range merchant.Purposes {
		for _, secret := range m.Secrets(p) {
			if secret.Reveal() == DemoPurchaseSecret || secret.Reveal() == DemoPayoutSecret {
				return true
			}
		}
	}
	return false
}

// guardDemo refuses to open the demo merchant to anybody but this machine.
func (s *Server) guardDemo(ctx context.Context) error {
	m, err := s.Merchants.Get(ctx, DemoMerchant)
	if errors.Is(err, merchant.ErrUnknown) || err == nil && !knownSecrets(m) {
		return nil
	}
	if err != nil {
		return err
	}
	address := s.listener.Addr().(*net.TCPAddr).AddrPort().Addr()
	if address.Unmap().IsLoopback() {
		return nil
	}
	return fmt.Errorf("refusing to listen on %s: everybody knows the secrets of demo merchant %d. "+
		"Change both first: tolem merchant rotate-secret %d --purpose purchase --overlap 0, and --purpose payout", address, DemoMerchant, DemoMerchant)
}

// Greet prints what an integrator needs first: that we listen, the demo
// credentials, a payout and a payment to paste.
func (s *Server) Greet(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, "listening on %s\n", s.URL())
	if s.admin != nil {
		fmt.Fprintf(out, "metrics, health and profiles on %s\n", s.AdminURL())
	}
	if !s.Sandbox {
		return nil
	}
	m, err := s.Merchants.Get(ctx, DemoMerchant)
	if err != nil || !knownSecrets(m) {
		return err
	}
	token, err := s.demoToken(ctx, m)
	if err != nil {
		return err
	}
	now := s.Config.Clock.Now()
	payout := pg.Message{}.
		With("pg_merchant_id", fmt.Sprint(DemoMerchant)).
		With("pg_order_id", "demo-"+now.Format("20060102-150405")).
		With("pg_amount", "15000").
		With("pg_description", "First payout").
		With("pg_order_time_limit", now.Add(24*time.Hour).In(s.Config.LimitZone).Format("2006-01-02 15:04:05")).
		With("pg_user_id", demoUser).
		With("pg_post_link", s.Config.PublicURL+"/success").
		With("pg_card_token_to", token)
	payment := pg.Message{}.
		With("pg_merchant_id", fmt.Sprint(DemoMerchant)).
		With("pg_amount", "1500").
		With("pg_description", "First payment").
		With("pg_success_url", s.Config.PublicURL+"/success").
		With("pg_failure_url", s.Config.PublicURL+"/failure")
	fmt.Fprintf(out, "\nSandbox. Demo merchant %d, purchase secret %s, payout secret %s,\n%s KZT on its balance.\n\nPay out 15000 KZT to a saved test card:\n\n",
		DemoMerchant, DemoPurchaseSecret, DemoPayoutSecret, demoBalance.Fixed())
	s.paste(out, "/api/reg2reg", payout, m.Signing(merchant.Payout))
	fmt.Fprintf(out, "Be paid 1500 KZT: open the answer's pg_redirect_url, card %s, any later date, any code:\n\n", demoPayer)
	s.paste(out, "/init_payment.php", payment, m.Signing(merchant.Purchase))
	_, err = fmt.Fprintf(out, "Sign your own calls: tolem sign reg2reg field=value ... --merchant %d --payout\n", DemoMerchant)
	return err
}

// paste prints a signed call for a terminal.
func (s *Server) paste(out io.Writer, path string, message pg.Message, secret merchant.Secret) {
	fmt.Fprintf(out, "  curl %s%s", s.Config.PublicURL, path)
	for _, f := range pg.Seal(pg.Script(path), message, secret.Reveal(), pg.NewSalt()) {
		fmt.Fprintf(out, " \\\n    -F '%s=%s'", f.Name, f.Value)
	}
	fmt.Fprint(out, "\n\n")
}
