package merchantapi_test

import (
	"os"
	"strings"
	"testing"

	"tolem/internal/api/merchantapi"
	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

func TestEveryRowOfTheContractIsServed(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	table, err := os.ReadFile("testdata/catalog.tsv")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) != 5 {
			t.Fatalf("%d cells in %q", len(cells), line)
		}
		id, method, paths, auth, scripts := cells[0], cells[1], strings.Split(cells[2], " , "), cells[3], strings.Split(cells[4], " , ")
		if len(paths) != len(scripts) {
			t.Fatalf("%s: %d paths, %d scripts", id, len(paths), len(scripts))
		}
		for i, path := range paths {
			listed[path] = true
			if auth == "none" {
				if status, body := ask(t, raw(method, h.URL()+path, "", "")); status != 200 {
					t.Errorf("%s: %s: HTTP %d, %s", id, path, status, body)
				}
				continue
			}
			if auth == "page-key" {
				if status, body := ask(t, raw(method, h.URL()+path, urlencoded, "")); status != 200 || !strings.HasPrefix(body, `{"data":{"status":"error","code":11068,`) {
					t.Errorf("%s: %s: HTTP %d, %s", id, path, status, body)
				}
				continue
			}
			if path == "/payment.php" {
				continue // answers browsers: entry_test.go
			}
			shop.servedAt(t, id, strings.Replace(path, "{merchant_id}", shop.merchantID(), 1), scripts[i], auth)
		}
	}
	for _, e := range (&merchantapi.API{}).Endpoints() {
		for _, path := range e.Paths {
			if !listed[path] {
				t.Errorf("%s: %s is not in the table", e.Name, path)
			}
		}
	}
}

// servedAt asks a path with each secret and expects a signed answer from those
// that open it, with the script of the table.
func (s *seller) servedAt(t *testing.T, id, path, script, auth string) {
	t.Helper()
	opened := map[string][]string{"md5:purchase": {"purchase"}, "md5:payout": {"payout"}, "md5:either": {"payout", "purchase"}}[auth]
	if len(opened) == 0 {
		t.Fatalf("%s: auth %q", id, auth)
	}
	for purpose, secret := range map[string]string{"purchase": s.Purchase, "payout": s.Payout} {
		message := pg.Seal(script, pg.Message{}.With("pg_merchant_id", s.merchantID()), secret, pg.NewSalt())
		_, body := ask(t, carriers["multipart"](s.Base+path, message))
		answer, err := pg.ParseXML([]byte(body))
		if err != nil {
			t.Fatalf("%s: %s: %q", id, path, body)
		}
		opens := answer.Get("pg_error_code") != "1100" && pg.Verify(script, answer, secret)
		if want := strings.Contains(strings.Join(opened, " "), purpose); opens != want {
			t.Errorf("%s: %s opens with the %s secret and script %s: %t, want %t", id, path, purpose, script, opens, want)
		}
	}
}
