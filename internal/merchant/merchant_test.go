package merchant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tolem/internal/clock"
	"tolem/internal/pgtest"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// keysets keeps the vault's keys of one test.
type keysets struct {
	mu   sync.Mutex
	rows map[string]vault.Row
}

func (k *keysets) LoadKeysets(context.Context) ([]vault.Row, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var rows []vault.Row
	for _, r := range k.rows {
		rows = append(rows, r)
	}
	return rows, nil
}

func (k *keysets) SaveKeysets(_ context.Context, _, next []vault.Row) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range next {
		k.rows[r.Family] = r
	}
	return nil
}

// each runs a test with a registry on each kind of database.
func each(t *testing.T, f func(t *testing.T, r *Registry, c *clock.Manual)) {
	for kind, url := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "tolem.db") },
		"postgres": func(t *testing.T) string { return pgtest.Database(t) },
	} {
		t.Run(kind, func(t *testing.T) {
			c := clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
			f(t, registry(t, url(t), c), c)
		})
	}
}

func registry(t *testing.T, url string, c clock.Clock) *Registry {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{Answers: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	kek, err := vault.ParseKEK("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), kek, &keysets{rows: map[string]vault.Row{}})
	if err != nil {
		t.Fatal(err)
	}
	return NewRegistry(db, v, c)
}

func create(t *testing.T, r *Registry) *Merchant {
	t.Helper()
	m, err := r.Create(t.Context(), 0, "Shop", Live, Defaults(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestANewMerchantHasTwoSecretsOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, r *Registry, _ *clock.Manual) {
		first, second := create(t, r), create(t, r)
		if second.ID != first.ID+1 {
			t.Errorf("ids %d, %d", first.ID, second.ID)
		}
		seen := map[string]bool{}
		for _, m := range []*Merchant{first, second} {
			read, err := r.Get(t.Context(), m.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range Purposes {
				secret := read.Signing(p)
				if secret != m.Signing(p) || len(secret.Reveal()) != 32 || strings.Trim(secret.Reveal(), alphabet) != "" {
					t.Errorf("%s secret of %d does not fit", p, m.ID)
				}
				seen[secret.Reveal()] = true
			}
		}
		if len(seen) != 4 {
			t.Errorf("%d different secrets, want 4", len(seen))
		}
	})
}

func TestRotationOverlaps(t *testing.T) {
	each(t, func(t *testing.T, r *Registry, c *clock.Manual) {
		m := create(t, r)
		old := m.Signing(Payout)
		fresh, err := r.Rotate(t.Context(), m.ID, Payout, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		secrets := func() []Secret {
			m, err := r.Get(t.Context(), m.ID)
			if err != nil {
				t.Fatal(err)
			}
			return m.Secrets(Payout)
		}
		if got := secrets(); len(got) != 2 || got[0] != fresh || got[1] != old {
			t.Errorf("during the overlap %d secrets verify, or the old one signs", len(got))
		}
		if _, err := r.Rotate(t.Context(), m.ID, Payout, 2*time.Hour); err != nil || len(secrets()) != 3 {
			t.Errorf("after another one %d secrets verify, error %v", len(secrets()), err)
		}
		c.Advance(time.Hour)
		if got := secrets(); len(got) != 2 || got[1] != fresh {
			t.Errorf("after the first overlap %d secrets verify", len(got))
		}
		if fresh, err = r.Rotate(t.Context(), m.ID, Payout, 0); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Second)
		if got := secrets(); len(got) != 1 || got[0] != fresh {
			t.Errorf("after one without overlap %d secrets verify", len(got))
		}
		m, err = r.Get(t.Context(), m.ID)
		if err != nil || len(m.Secrets(Purchase)) != 1 {
			t.Errorf("the other purpose has %d secrets, %v", len(m.Secrets(Purchase)), err)
		}
	})
}

func TestAChangeByAnotherProcessIsSeenWithinASecond(t *testing.T) {
	each(t, func(t *testing.T, r *Registry, c *clock.Manual) {
		m := create(t, r)
		if _, err := r.Get(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
		other := NewRegistry(r.db, r.vault, c)
		if _, err := other.Change(t.Context(), m.ID, func(m *Merchant) error { return m.Settings.Set("payout", "on") }); err != nil {
			t.Fatal(err)
		}
		c.Advance(fresh)
		if m, err := r.Get(t.Context(), m.ID); err != nil || !m.Settings.Payouts {
			t.Errorf("payouts are still off: %v", err)
		}
	})
}

func TestAClockThatIsSetBackHidesNoChange(t *testing.T) {
	each(t, func(t *testing.T, r *Registry, c *clock.Manual) {
		m := create(t, r)
		if _, err := r.Get(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
		c.Advance(-time.Hour)
		other := NewRegistry(r.db, r.vault, c)
		if _, err := other.Change(t.Context(), m.ID, func(m *Merchant) error { return m.Settings.Set("payout", "on") }); err != nil {
			t.Fatal(err)
		}
		if m, err := r.Get(t.Context(), m.ID); err != nil || !m.Settings.Payouts {
			t.Errorf("payouts are still off: %v", err)
		}
	})
}

func TestUnknownMerchantsAreErrUnknown(t *testing.T) {
	each(t, func(t *testing.T, r *Registry, _ *clock.Manual) {
		_, get := r.Get(t.Context(), 1)
		_, rotate := r.Rotate(t.Context(), 1, Payout, 0)
		_, change := r.Change(t.Context(), 1, func(*Merchant) error { return nil })
		for _, err := range []error{get, rotate, change} {
			if !errors.Is(err, ErrUnknown) {
				t.Errorf("%v", err)
			}
		}
		m := create(t, r)
		if _, err := r.Create(t.Context(), m.ID, "Again", Test, Defaults(), nil); err == nil {
			t.Error("a merchant was created twice")
		}
		if _, err := r.Create(t.Context(), -5, "Below", Test, Defaults(), nil); err == nil {
			t.Error("a merchant was created whom no call can name")
		}
	})
}

func TestResealKeepsSecrets(t *testing.T) {
	each(t, func(t *testing.T, r *Registry, c *clock.Manual) {
		m := create(t, r)
		if err := r.vault.RotateData(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{2, 0} {
			if n, err := r.Reseal(t.Context()); err != nil || n != want {
				t.Errorf("%d sealed anew, %v; want %d", n, err, want)
			}
		}
		read, err := NewRegistry(r.db, r.vault, c).Get(t.Context(), m.ID)
		if err != nil || read.Signing(Payout) != m.Signing(Payout) {
			t.Errorf("the secret changed: %v", err)
		}
	})
}

func TestSettingsReadTheirOwnText(t *testing.T) {
	values := map[string]string{
		"currency": "USD", "language": "kk", "tokens": "on", "tokens.post_link": "https://shop.example/cb", "payout": "on", "payout.iban": "on",
		"payout.fee_percent": "2.9", "payout.fee_fixed": "50", "payout.min": "100", "payout.max": "500000.5", "payout.unique_order_id": "off",
		"payout.accept_purchase_secret": "on", "answer_style": "reference", "frame_origins": "https://a.example,http://b.example:8080",
		"allowed_addresses": "203.0.113.0/24,2001:db8::1/128", "requests_per_second": "5", "requests_burst": "7",
		"purchase": "on", "purchase.fee_percent": "2.9", "purchase.fee_fixed": "1", "purchase.auto_clearing": "on", "purchase.check_url": "https://shop.example/check",
		"purchase.result_url": "https://shop.example/result", "purchase.success_url": "https://shop.example/ok", "purchase.failure_url": "https://shop.example/no",
		"purchase.state_url": "https://shop.example/state", "purchase.site_url": "https://shop.example/", "purchase.request_method": "XML", "purchase.unique_order_id": "on", "purchase.legacy_failure_fields": "on",
		"purchase.recurring": "on", "purchase.recurring_months": "12", "purchase.refunds": "off", "purchase.saved_card_code": "off", "purchase.card_direct": "on", "purchase.browser_entry": "on",
		"purchase.browser_entry_fields": "cms,wc-api",
	}
	s := Defaults()
	for _, setting := range All {
		value, ok := values[setting.Name]
		if !ok {
			t.Errorf("no value for %s here", setting.Name)
			continue
		}
		if err := s.Set(setting.Name, value); err != nil {
			t.Errorf("%s=%s: %v", setting.Name, value, err)
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var stored Settings
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	for _, setting := range All {
		if got := setting.Get(&stored); got != values[setting.Name] {
			t.Errorf("%s is %q, want %q", setting.Name, got, values[setting.Name])
		}
	}
}

func TestSettingsRefuse(t *testing.T) {
	for name, value := range map[string]string{
		"nothing": "1", "currency": "XYZ", "language": "fr", "tokens": "maybe", "tokens.post_link": "ftp://shop.example", "payout.fee_percent": "100.01",
		"payout.fee_fixed": "-1", "payout.min": "1.234", "answer_style": "root", "frame_origins": "https://a.example/path", "allowed_addresses": "10.0.0.0/33",
		"requests_per_second": "0", "requests_burst": "many", "purchase.request_method": "post", "purchase.recurring_months": "157",
		"purchase.check_url": "/check", "purchase.browser_entry_fields": "a,pg_amount",
	} {
		s := Defaults()
		if err := s.Set(name, value); err == nil {
			t.Errorf("%s=%s was taken", name, value)
		}
	}
}

func TestAShopOnItsFirstDayHasTheDefaultsOfPurchases(t *testing.T) {
	for name, want := range map[string]string{
		"purchase": "off", "purchase.auto_clearing": "off", "purchase.request_method": "POST", "purchase.unique_order_id": "off",
		"purchase.legacy_failure_fields": "off", "purchase.recurring": "off", "purchase.recurring_months": "156", "purchase.refunds": "on",
		"purchase.saved_card_code": "on", "purchase.card_direct": "off", "purchase.browser_entry": "off", "purchase.browser_entry_fields": "cms_payment_module,wc-api",
	} {
		var before Settings // as one is read that was stored before there were purchases
		if err := json.Unmarshal([]byte(`{"currency":"KZT","language":"ru"}`), &before); err != nil {
			t.Fatal(err)
		}
		for _, setting := range All {
			if defaults := Defaults(); setting.Name == name && (setting.Get(&defaults) != want || setting.Get(&before) != want) {
				t.Errorf("%s is %q, and %q for an old shop: want %q", name, setting.Get(&defaults), setting.Get(&before), want)
			}
		}
	}
	s := Defaults()
	if err := s.Set("purchase.browser_entry_fields", ""); err != nil || len(s.Purchase.OwnFields()) != 0 {
		t.Errorf("a list that was emptied has %v, error %v", s.Purchase.OwnFields(), err)
	}
}

func TestASecretPrintsAsStars(t *testing.T) {
	secret := secretOf("kVn3QmZ8rTb1Xe5L")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "list", []Secret{secret})
	text, err := json.Marshal(map[string]Secret{"s": secret})
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		all += fmt.Sprintf(verb, secret) + fmt.Sprintf(verb, struct{ S Secret }{secret}) + fmt.Sprintf(verb, []Secret{secret}) +
			fmt.Sprintf(verb, &Merchant{secrets: map[Purpose][]Secret{Payout: {secret}}})
	}
	if strings.Contains(all, secret.Reveal()) || strings.Contains(all, fmt.Sprintf("%x", secret.Reveal())) {
		t.Errorf("the secret shows: %s", all)
	}
}
