package e2e

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tolem/internal/callback"
)

// TestProductionWithoutABank: a live payout ends in error 10000 and costs nothing;
// a test merchant has the simulated bank; addresses of the private network are
// called for neither.
func TestProductionWithoutABank(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		key := filepath.Join(s.output, "vault.key")
		s.tolem(t, "vault", "new-key", key)
		s.flags = append(s.flags, "--vault-key-file", key)
		p := s.start(t, "--sandbox=false", "--sandbox-delay", "200ms")
		for _, c := range []struct{ status, answer, code, balance string }{
			{"live", "error", "10000", "1000.00"},
			{"test", "ok", "", "900.00"},
		} {
			made := tell[created](t, s, "merchant", "create", c.status+" shop", "payout=on", "payout.iban=on", "tokens=on", "--status", c.status)
			s.tolem(t, "ledger", "fund", strconv.FormatInt(made.ID, 10), "1000")
			m := newMerchant(t, p, made.ID, made.Secrets["purchase"], made.Secrets["payout"])
			token := m.bindUnheard(t, "driver", "4671593866478252")
			expect(t, m.pay(t, c.status+"-1", "100", "driver", token), "pg_status", c.answer, "pg_error_code", c.code, "pg_balance", c.balance)
			if balance := m.balance(t); balance != c.balance {
				t.Errorf("the %s merchant has %s, want %s", c.status, balance, c.balance)
			}
			eventually(t, func() error { // a page and a payout
				return uncalled(tell[[]callbackView](t, s, "callbacks", "list", "--merchant", strconv.FormatInt(made.ID, 10)), 2)
			})
			if n := m.web.Count(); n > 0 {
				t.Errorf("%d callbacks came to a private address", n)
			}
		}
		p.stop(t)
		booksAreRight(t, s)
	})
}

// bindUnheard saves a card of a merchant that no callback can reach: the list of
// cards has the token.
func (m *merchant) bindUnheard(t *testing.T, user, number string) (token string) {
	t.Helper()
	m.typeCard(t, user, number)
	return nested(m.call(t, m.path("cardstorage/list"), "pg_user_id", user), "card").Get("pg_card_token")
}

// uncalled complains unless n callbacks were refused for their address.
func uncalled(callbacks []callbackView, n int) error {
	tried := 0
	for _, c := range callbacks {
		if c.State != string(callback.Pending) || c.LastStatus != 0 {
			return errors.New("a callback is " + c.State + " with HTTP " + strconv.Itoa(c.LastStatus))
		}
		if c.Attempts == 1 && strings.Contains(c.LastAnswer, "not one that may be called") {
			tried++
		}
	}
	if tried != n {
		return errors.New(strconv.Itoa(tried) + " callbacks were tried")
	}
	return nil
}
