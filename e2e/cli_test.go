package e2e

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/protocol/pg"
)

// created is what the commands that draw secrets print, once.
type created struct {
	ID      int64             `json:"id"`
	Secrets map[string]string `json:"secrets"`
}

// described is a merchant as the other commands print it.
type described struct {
	ID       int64             `json:"id"`
	Name     string            `json:"name"`
	Status   string            `json:"status"`
	Secrets  map[string]string `json:"secrets"`
	Settings map[string]string `json:"settings"`
}

// accountView is an account as the ledger commands print it.
type accountView struct {
	Book, Account, Currency, Balance, Held, Available string
}

// TestAMerchantIsMadeAndLookedAfterOnTheCommandLine beside a server that runs.
func TestAMerchantIsMadeAndLookedAfterOnTheCommandLine(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		made := tell[created](t, s, "merchant", "create", "Second Shop", "payout=on", "tokens=on")
		id := strconv.FormatInt(made.ID, 10)
		if made.ID != 700124 || len(made.Secrets["purchase"]) != 32 || len(made.Secrets["payout"]) != 32 || made.Secrets["payout"] == made.Secrets["purchase"] {
			t.Fatalf("merchant %d is made with %d secrets", made.ID, len(made.Secrets))
		}
		list := tell[[]described](t, s, "merchant", "list")
		want := []described{{ID: 700123, Name: "Demo Shop", Status: "test"}, {ID: 700124, Name: "Second Shop", Status: "test"}}
		if d := cmp.Diff(want, list); d != "" {
			t.Error(d)
		}
		if table := s.tolem(t, "merchant", "list"); !strings.Contains(table, "700124") || !strings.Contains(table, "Second Shop") {
			t.Errorf("the table does not show the merchant:\n%s", table)
		}

		m := newMerchant(t, p, made.ID, made.Secrets["purchase"], made.Secrets["payout"])
		token := m.bind(t, "driver", "4671593866478252")
		expect(t, m.pay(t, "poor-1", "100", "driver", token), "pg_status", "error", "pg_error_code", "8888")
		funded := tell[[]accountView](t, s, "ledger", "fund", id, "1000")
		if d := cmp.Diff([]accountView{{"test", "payout", "KZT", "1000.00", "0.00", "1000.00"}}, funded); d != "" {
			t.Error(d)
		}
		expect(t, m.pay(t, "rich-1", "100", "driver", token), "pg_status", "ok", "pg_balance", "900.00")

		set := tell[described](t, s, "merchant", "set", id, "payout=off", "name=Closed Shop")
		shown := tell[described](t, s, "merchant", "show", id)
		if d := cmp.Diff(set, shown); d != "" || shown.Name != "Closed Shop" || shown.Settings["payout"] != "off" || shown.Secrets != nil {
			t.Errorf("the merchant is %v after the change\n%s", shown, d)
		}
		n := 0
		eventually(t, func() error { // a server looks again after a second
			if n++; m.pay(t, fmt.Sprint("off-", n), "1", "driver", token).Get("pg_error_code") != "9992" {
				return errors.New("payouts are still allowed")
			}
			return nil
		})
		booksAreRight(t, s)
		p.stop(t)
	})
}

// TestASecretIsRotated: during the overlap the old one still verifies while the
// new one signs; without an overlap the old one is refused.
func TestASecretIsRotated(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		made := tell[created](t, s, "merchant", "create", "Shop", "payout=on")
		id, first := strconv.FormatInt(made.ID, 10), made.Secrets["payout"]
		rotate := func(flags ...string) string {
			words := append([]string{"merchant", "rotate-secret", id, "--purpose", "payout"}, flags...)
			return tell[created](t, s, words...).Secrets["payout"]
		}
		// ask signs with one secret and takes no answer that another one signed.
		ask := func(signs, answers string) string {
			message := pg.Seal("balance_status", pg.Message{{Name: "pg_merchant_id", Value: id}}, signs, pg.NewSalt())
			answer, err := newMerchant(t, p, made.ID, made.Secrets["purchase"], answers).Send(t.Context(), "/api/balance_status", message)
			if err != nil {
				return "signed by another secret"
			}
			return answer.Get("pg_status") + answer.Get("pg_error_code")
		}
		becomes := func(signs, answers, want string) {
			t.Helper()
			eventually(t, func() error {
				if got := ask(signs, answers); got != want {
					return fmt.Errorf("the answer is %q, want %q", got, want)
				}
				return nil
			})
		}
		becomes(first, first, "ok")
		second := rotate()
		becomes(second, second, "ok")
		becomes(first, second, "ok")
		third := rotate("--overlap", "0")
		becomes(third, third, "ok")
		becomes(second, third, "error1100")
		becomes(first, third, "error1100") // though its own overlap was a day
		p.stop(t)
	})
}

// TestSignShowsWhatIsHashed, for a secret that is given and for a merchant's.
func TestSignShowsWhatIsHashed(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	p := s.start(t)
	// The example of spec 02, B.8.
	words := []string{"sign", "payment_status2", "pg_merchant_id=548700", "pg_order_id=po-9002", "pg_salt=Ad5kX2vS", "--secret", "oU3nB8cYd5Hj1FeA"}
	want := "payment_status2;548700;po-9002;Ad5kX2vS;oU3nB8cYd5Hj1FeA\n5c0571c3bed1c95db3beb962c4bdeb15\n"
	if got := s.tolem(t, words...); got != want {
		t.Errorf("sign prints\n%swant\n%s", got, want)
	}
	signed := tell[struct {
		Sig string `json:"pg_sig"`
	}](t, s, "sign", "balance_status", "pg_merchant_id=700123", "pg_salt=salt", "--merchant", "700123", "--payout")
	message := pg.Message{{Name: "pg_merchant_id", Value: "700123"}, {Name: "pg_salt", Value: "salt"}, {Name: "pg_sig", Value: signed.Sig}}
	answer, err := demo(t, p).Send(t.Context(), "/api/balance_status", message)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, answer, "pg_status", "ok")
}

// TestMistakesOnTheCommandLineAreRefused with a reason and without any effect.
func TestMistakesOnTheCommandLineAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	s.start(t).stop(t)
	for _, line := range []string{
		"serve --no-such-flag", "serve --listen", "serve --listen nowhere:nothing", "serve --sandbox-delay fast", "serve --sandbox-delay -1s", "serve --effect-lease 1ms",
		"serve --callback-schedule 2s,1s", "serve --timezone Mars/Olympus", "serve --log-level loud", "serve --public-url pay.example", "serve and more",
		"serve --database mysql://localhost/tolem", "serve --config /no/such/file", "serve --vault-key-file /no/such/file",
		"merchant create", "merchant create Shop colour=red", "merchant create Shop --status open", "merchant create Shop --id 700123",
		"merchant show 1", "merchant show nobody", "merchant set 700123 payout=perhaps", "merchant set 700123", "merchant rotate-secret 700123",
		"merchant rotate-secret 1 --purpose payout", "ledger fund 700123 0", "ledger fund 700123 1.001", "ledger fund 700123 -5", "ledger fund 1 5",
		"ledger fund 700123 5 --currency XXX", "ledger balances nobody", "callbacks redeliver", "callbacks redeliver one", "refunds approve", "refunds reject 999", "sign", "sign reg2reg a=b",
		"sign reg2reg nonsense --secret s", "sign reg2reg a=b --merchant 1", "vault new-key", "vault rotate --new-key-file /no/such/file", "nonsense",
	} {
		s.refused(t, append(strings.Fields(line), s.flags...)...)
	}
	accounts := tell[[]accountView](t, s, "ledger", "balances", "700123")
	for _, a := range accounts {
		if a.Account == "payout" && a.Balance != "1000000000.00" {
			t.Errorf("the demo balance is %s after commands that were refused", a.Balance)
		}
	}
	if merchants := tell[[]described](t, s, "merchant", "list"); len(merchants) != 1 {
		t.Errorf("there are %d merchants after commands that were refused", len(merchants))
	}
}
