package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tolem/internal/platform"
	"tolem/internal/store"
)

// TestNothingSecretLeaks lets cards and secrets through every door there is,
// mistaken calls included, and then reads everything that the processes printed
// and sent to the operator, and every byte of the databases.
func TestNothingSecretLeaks(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		c := newCollector(t)
		p := s.start(t, "--log-level", "debug", "--admin", "127.0.0.1:0", "--otlp-endpoint", c.URL)
		own := tell[created](t, s, "merchant", "create", "Leak Shop", "tokens=on", "payout=on", "payout.iban=on", "purchase=on", "purchase.recurring=on")
		s.tolem(t, "ledger", "fund", fmt.Sprint(own.ID), "1000000")
		m := newMerchant(t, p, own.ID, own.Secrets["purchase"], own.Secrets["payout"])
		secrets := []string{
			own.Secrets["purchase"], own.Secrets["payout"], platform.DemoPurchaseSecret, platform.DemoPayoutSecret,
			strings.TrimSpace(read(t, filepath.Join(s.data, "vault.key"))),
		}
		capabilities := goThroughEveryDoor(t, m)
		rotated := tell[created](t, s, "merchant", "rotate-secret", fmt.Sprint(own.ID), "--purpose", "payout")
		secrets = append(secrets, rotated.Secrets["payout"])

		hidden := append(secrets, leakUnknown, leakMistake, leakPlain, leakSecure, leakPaid, leakToken)
		searchFiles(t, s.databaseFiles(t), hidden, "leak-order-1")
		searchRows(t, s)
		_, metrics := look(t, p.admin(t)+"/metrics")
		p.stop(t)
		_, traces := c.all()
		searchText(t, "the metrics", metrics, append(hidden, capabilities...), "tolem_call_seconds")
		searchText(t, "a trace", string(traces), append(hidden, capabilities...), "merchant.payout.create-payment")
		searchFiles(t, s.databaseFiles(t), hidden, "leak-order-1")
		s.searchOutput(t, p, append(hidden, capabilities...))
	})
}

// databaseFiles are all files of the site's database as they stand on the disk.
func (s *site) databaseFiles(t *testing.T) (paths []string) {
	t.Helper()
	root := s.data
	if s.onPostgres() {
		view(t, s.database, func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "CHECKPOINT")
			return err
		})
		location, err := url.Parse(s.database)
		if err != nil {
			t.Fatal(err)
		}
		root = location.Query().Get("host") // the cluster's directory: tables, journal, log
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && entry.Name() != "vault.key" {
			paths = append(paths, path)
		}
		return nil // other tests remove files of theirs meanwhile
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// searchFiles looks for what must be hidden in files, and for a marker that must
// be in one of them, or the search itself is blind.
func searchFiles(t *testing.T, paths, hidden []string, marker string) {
	t.Helper()
	marked := false
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // it is gone: see databaseFiles
		}
		marked = marked || bytes.Contains(content, []byte(marker))
		for i, text := range hidden {
			if bytes.Contains(content, []byte(text)) {
				t.Errorf("%s holds number %d of what must be hidden", filepath.Base(path), i)
			}
		}
	}
	if !marked {
		t.Errorf("none of %d files holds %q: the search is blind", len(paths), marker)
	}
}

// searchText looks for it in what the operator sees.
func searchText(t *testing.T, what, text string, hidden []string, marker string) {
	t.Helper()
	if !strings.Contains(text, marker) {
		t.Errorf("%s holds no %q: the search is blind", what, marker)
	}
	for i, word := range hidden {
		if strings.Contains(text, word) {
			t.Errorf("%s holds number %d of what must be hidden", what, i)
		}
	}
}

// alone finds a short number that is not part of a longer one or of hex text.
func alone(digits string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[^0-9A-Fa-f])` + digits + `($|[^0-9A-Fa-f])`)
}

// searchRows looks for the CVC in every value of every table. As a marker, a user
// id of four digits must be found in the same way.
func searchRows(t *testing.T, s *site) {
	t.Helper()
	dump := dumpTables(t, s)
	if !alone(leakUser).MatchString(dump) {
		t.Error("the tables do not hold the user's id: the search is blind")
	}
	if alone(leakCVC).MatchString(dump) {
		t.Error("a table holds the CVC")
	}
}

// searchOutput reads what the processes said. The greeting shows the demo secrets
// on purpose.
func (s *site) searchOutput(t *testing.T, p *process, hidden []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.output, "*.stderr"))
	if err != nil {
		t.Fatal(err)
	}
	searchFiles(t, paths, hidden, "route=/api/reg2reg")
	for _, path := range paths {
		if alone(leakCVC).MatchString(read(t, path)) {
			t.Errorf("%s holds the CVC", filepath.Base(path))
		}
	}
	greeting := strings.NewReplacer(platform.DemoPurchaseSecret, "", platform.DemoPayoutSecret, "").Replace(read(t, p.stdout))
	for i, text := range hidden {
		if strings.Contains(greeting, text) {
			t.Errorf("stdout holds number %d of what must be hidden", i)
		}
	}
}
