package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tolem/internal/pages"
)

// TestTheVaultIsRotatedWhileTheServerRuns: tokens, open pages and secrets go on
// working, then and after the next start; so they do when the key-encryption key
// changes too, but then the old one opens nothing any more.
func TestTheVaultIsRotatedWhileTheServerRuns(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		m := demo(t, p)
		token := m.bind(t, "driver", "4671593866478252")
		opened := m.call(t, m.path("cardstoragepayout/add"), "pg_user_id", "driver",
			"pg_post_link", m.web.URL("/saved"), "pg_back_link", m.web.URL("/back"))
		page := opened.Get("pg_redirect_url")
		works := func(order string) {
			t.Helper()
			expect(t, m.pay(t, order, "10", "driver", token), "pg_status", "ok")
			if status, _ := open(t, page); status != http.StatusOK {
				t.Errorf("the page that was opened before answers %d", status)
			}
		}

		sealed := tell[map[string]int](t, s, "vault", "rotate")
		if sealed["secrets"] != 2 || sealed["cards"] != 2 {
			t.Errorf("sealed anew: %v, want the two secrets and the cards of the demo user and the driver", sealed)
		}
		works("after-rotation")
		next := filepath.Join(s.output, "next.key")
		s.tolem(t, "vault", "new-key", next)
		if info, err := os.Stat(next); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the key file is %v (%v)", info.Mode(), err)
		}
		s.refused(t, "vault", "new-key", next)
		s.tolem(t, "vault", "rotate", "--new-key-file", next)
		works("after-new-key")
		p.stop(t)

		if why := s.refused(t, s.serve()...); !strings.Contains(why, "key") {
			t.Errorf("the old key is refused with %q", why)
		}
		s.flags = append(s.flags, "--vault-key-file", next)
		restarted := s.start(t)
		m = m.at(restarted)
		page = strings.Replace(page, p.URL, restarted.URL, 1)
		works("after-restart")
		status, location := submit(t, page, pages.FieldNumber, "6204500338419360939", pages.FieldHolder, "DRIVER TWO")
		if status/100 != 3 || location != m.web.URL("/back") {
			t.Errorf("the typed card leads to %d %q", status, location)
		}
		expect(t, m.told(t, opened.Get("pg_payment_id"), 1)[0].Message, "pg_status", "success")
		restarted.stop(t)
	})
}
