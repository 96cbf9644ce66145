package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tolem/internal/bench"
	"tolem/internal/bench/stage"
	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/ledger"
	"tolem/internal/payout"
	"tolem/internal/pgtest"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// stage makes merchants with a past for a benchmark and returns their file.
func (s *site) stage(t *testing.T, merchants, stored int) (path string) {
	t.Helper()
	path = filepath.Join(s.output, "shops.json")
	s.tolem(t, "bench", "prepare", "--merchants", strconv.Itoa(merchants), "--stored", strconv.Itoa(stored), "--out", path)
	return path
}

// TestMerchantsAndTheirPastAreMadeForABenchmark, beside a server that runs, and a
// second time on the merchants that are there.
func TestMerchantsAndTheirPastAreMadeForABenchmark(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		path := s.stage(t, 3, 25)
		if again := s.stage(t, 5, 6); again != path {
			t.Fatal(again)
		}
		shops, err := bench.ReadShops(path)
		if err != nil || len(shops) != 3 {
			t.Fatalf("%d shops, %v", len(shops), err)
		}
		if tokens := rows(t, s.database, cardtoken.Tokens); len(tokens) != 4 { // one is the demo merchant's
			t.Errorf("%d cards are saved", len(tokens))
		}
		past := rows(t, s.database, payout.Rows)
		for _, row := range past {
			if row.State != payout.Success || !row.FinishedAt.After(row.CreatedAt) || row.Balance >= 1_000_000_000_00 {
				t.Errorf("payout %d is %s, ended %s after it began, left %s", row.PaymentID, row.State, row.FinishedAt.Sub(row.CreatedAt), row.Balance)
			}
		}
		if transfers := rows(t, s.database, ledger.Transfers); len(past) != 31 || len(transfers) != 2*31+4 {
			t.Errorf("a past of %d payouts and %d transfers", len(past), len(transfers))
		}
		booksAreRight(t, s)
		endsAreKnown(t, s, past)

		// What lies in the past is seen like any other payout, and paid from the same balance.
		row := past[0]
		i := slices.IndexFunc(shops, func(s bench.Shop) bool { return s.Merchant == row.MerchantID })
		m := newMerchant(t, p, row.MerchantID, shops[i].Purchase, shops[i].Payout)
		expect(t, m.call(t, "/api/payment_status2", "pg_order_id", row.OrderID), "pg_status", "ok", "pg_payment_status", "success", "pg_amount", "100")
		m.pay(t, "now-1", "100", shops[i].User, shops[i].Token)
		eventually(t, func() error {
			if word := m.word(t, "now-1"); word != "ok" {
				return fmt.Errorf("a payout to the saved card is %s", word)
			}
			return nil
		})
		p.stop(t)
		booksAreRight(t, s)
	})
}

// endsAreKnown: what callbacks are timed from is when the payouts ended.
func endsAreKnown(t *testing.T, s *site, past []payout.Row) {
	t.Helper()
	db, err := store.Open(t.Context(), s.database, store.Options{Connections: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	middle := past[len(past)/2].CreatedAt
	ended, err := stage.Ended(db)(t.Context(), middle)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range past {
		if at, known := ended[row.PaymentID]; known == row.CreatedAt.Before(middle) || known && !at.Equal(row.FinishedAt) {
			t.Errorf("payout %d began %s and ended %s; it is said to have ended %s", row.PaymentID, row.CreatedAt, row.FinishedAt, at)
		}
	}
}

// TestABenchmarkOfWholePayoutsCountsAllOfThem: answers, callbacks, how long they
// take after the commit, and what the server costs.
func TestABenchmarkOfWholePayoutsCountsAllOfThem(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		path := s.stage(t, 4, 0)
		report := tell[bench.Report](t, s, "bench", "payouts", "--url", p.URL, "--shops", path, "--duration", "300ms", "--warmup", "100ms", "--concurrency", "4",
			"--database", s.database, "--pids", strconv.Itoa(p.cmd.Process.Pid))
		c := report.Callbacks
		if report.Calls == 0 || report.Errors != 0 || report.Outcomes["ok"] != int(report.Calls) || report.Latency.P50 <= 0 || report.Latency.P50 > report.Latency.P99 {
			t.Errorf("%+v", report)
		}
		if c == nil || c.Payments != report.Calls || c.Unverified != 0 || c.AfterCommit == nil || c.AfterCommit.P50 <= 0 {
			t.Errorf("%d calls, callbacks %+v", report.Calls, c)
		}
		if u := report.Usage; u == nil || u.Memory < 1e6 {
			t.Errorf("usage %+v", u)
		}
		paid, of := rows(t, s.database, payout.Rows), map[int64]int{}
		for _, row := range paid {
			of[row.MerchantID]++
		}
		if int64(len(paid)) < report.Calls || len(of) != 4 {
			t.Errorf("%d payouts of %d merchants for %d calls and a warm-up", len(paid), len(of), report.Calls)
		}
		p.stop(t)
		booksAreRight(t, s)
	})
}

// TestRoundsTakeTurnsWithPgbench, which makes its tables before the first. All of them are
// lines of the table.
func TestRoundsTakeTurnsWithPgbench(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	p := s.start(t)
	path, lines := s.stage(t, 2, 0), filepath.Join(s.output, "lines.jsonl")
	baseline := []string{"--pgbench", pgtest.Database(t), "--pgbench-clients", "2", "--duration", "100ms", "--lines", lines, "--round", "3", "--pgbench-scale"}
	got := tell[struct {
		TPCB, Rounds []bench.Report
		Ratio        bench.Values
	}](t, s, slices.Concat([]string{"bench", "payouts"}, baseline, []string{"1", "--url", p.URL, "--shops", path, "--rounds", "2", "--what", "whole", "--concurrency", "4"})...)
	if len(got.TPCB) != 2 || len(got.Rounds) != 2 {
		t.Fatalf("%d rounds, pgbench in %d", len(got.Rounds), len(got.TPCB))
	}
	for i, base := range got.TPCB {
		if base.Clients != 2 || base.Calls == 0 || base.Seconds < 0.5 || base.Seconds > 5 {
			t.Errorf("pgbench: %+v", base)
		}
		ours := got.Rounds[i]
		if ours.Calls == 0 || ours.Errors != 0 || ours.Callbacks.Payments != ours.Calls || got.Ratio.Rounds[i] != ours.Callbacks.Rate/base.Rate {
			t.Errorf("ratios %v, payouts %+v, callbacks %+v", got.Ratio.Rounds, ours, ours.Callbacks)
		}
	}
	s.tolem(t, slices.Concat([]string{"bench", "tpcb", "--what", "tpcb"}, baseline, []string{"1"})...)
	if said := s.refused(t, slices.Concat([]string{"bench", "tpcb"}, baseline, []string{"2"})...); !strings.Contains(said, "scale 1") {
		t.Errorf("tables of another scale: %s", said)
	}
	all, err := bench.ReadMeasurements(strings.NewReader(read(t, lines)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range all {
		names = append(names, fmt.Sprintf("%s %d", m.What, m.Round))
	}
	if want := []string{"tpcb2 3", "whole 3", "tpcb2 4", "whole 4", "tpcb 3"}; !slices.Equal(names, want) {
		t.Errorf("lines %q, want %q", names, want)
	}
	if table := s.tolem(t, "bench", "table", lines); !strings.Contains(table, "P3") {
		t.Errorf("the table has no P3:\n%s", table)
	}
	p.stop(t)
}

// TestABenchmarkOfWholePurchasesPaysAllOfThem, in one step and in two, and measures
// what each is made of.
func TestABenchmarkOfWholePurchasesPaysAllOfThem(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t)
		path := s.stage(t, 3, 0)
		made := map[purchase.State]int64{}
		for state, flags := range map[purchase.State][]string{purchase.Captured: nil, purchase.Authorized: {"--two-step", "--follow"}} {
			report := tell[bench.Report](t, s, append([]string{"bench", "purchases", "--url", p.URL, "--shops", path, "--duration", "300ms", "--warmup", "100ms",
				"--concurrency", "4", "--database", s.database, "--pids", strconv.Itoa(p.cmd.Process.Pid)}, flags...)...)
			if report.Calls == 0 || report.Errors != 0 || report.Outcomes["success"] != int(report.Calls) || report.Unit != "purchases" {
				t.Errorf("%s: %+v", state, report)
			}
			var legs []string
			for _, l := range report.Legs {
				if legs = append(legs, l.Name); l.Latency.Max > report.Latency.Max || l.Name != "callback" && l.Latency.P50 <= 0 {
					t.Errorf("%s: %s took %s of %s", state, l.Name, l.Latency, report.Latency)
				}
			}
			if want := map[bool]string{true: "init pay page callback status", false: "init pay callback status"}[len(flags) > 0]; strings.Join(legs, " ") != want {
				t.Errorf("%s: legs %s, want %s", state, legs, want)
			}
			if c := report.Callbacks; c == nil || c.Payments != report.Calls || c.Unverified != 0 || c.AfterCommit == nil || c.AfterCommit.P50 <= 0 {
				t.Errorf("%s: %d purchases, callbacks %+v", state, report.Calls, c)
			}
			if u := report.Usage; u == nil || u.Memory < 1e6 {
				t.Errorf("%s: usage %+v", state, u)
			}
			made[state] = report.Calls
		}
		of, states := map[int64]bool{}, map[purchase.State]int64{}
		for _, row := range rows(t, s.database, purchase.Rows) {
			of[row.MerchantID] = true
			states[row.State]++
		}
		if len(of) != 3 || len(states) != 2 || states[purchase.Captured] < made[purchase.Captured] || states[purchase.Authorized] < made[purchase.Authorized] {
			t.Errorf("purchases of %d merchants: %v, measured %v", len(of), states, made)
		}
		p.stop(t)
		booksAreRight(t, s)
	})
}

// TestABenchmarkOfTheDemoMerchantSavesItsCard and draws a picture of the ramp.
func TestABenchmarkOfTheDemoMerchantSavesItsCard(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	p := s.start(t)
	picture := filepath.Join(s.output, "ramp.svg")
	ramp := tell[struct{ TPCB, Steps []bench.Report }](t, s, "bench", "payouts", "--url", p.URL, "--duration", "200ms", "--ramp", "20:40:2", "--svg", picture,
		"--pgbench", pgtest.Database(t), "--pgbench-scale", "1", "--pgbench-clients", "2")
	if len(ramp.TPCB) != 1 || len(ramp.Steps) != 2 || ramp.Steps[0].Offered != 20 || ramp.Steps[1].Offered != 40 {
		t.Fatalf("%d steps", len(ramp.Steps))
	}
	for _, step := range ramp.Steps {
		if step.Errors != 0 || step.Callbacks == nil || step.Callbacks.Payments != step.Calls {
			t.Errorf("%+v, callbacks %+v", step, step.Callbacks)
		}
	}
	if text := read(t, picture); !strings.Contains(text, ">pgbench</text>") {
		t.Error("there is no picture, or none of pgbench")
	}
	for card, want := range map[string]string{"4716047261941981": "success", "4916307416334310": "pay: led elsewhere", "5475102935853613": "status: error 10017"} {
		report := tell[bench.Report](t, s, "bench", "purchases", "--url", p.URL, "--duration", "100ms", "--rate", "50", "--card", card)
		if report.Calls == 0 || report.Outcomes[want] != int(report.Calls) {
			t.Errorf("%s, of %d: %v", want, report.Calls, report.Outcomes)
		}
	}
	p.stop(t)
}

// TestABenchmarkOfCallsOnly: the server answers at once, and what it accepted
// waits for a node that calls the bank.
func TestABenchmarkOfCallsOnly(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.start(t, "--effects=false", "--patience", "0")
		path := s.stage(t, 3, 0)
		report := tell[bench.Report](t, s, "bench", "payouts", "--url", p.URL, "--shops", path, "--merchants", "2", "--accept-only", "--duration", "200ms", "--concurrency", "4")
		if report.Calls == 0 || report.Errors != 0 || report.Outcomes["process"] != int(report.Calls) || report.Callbacks != nil {
			t.Errorf("%+v", report)
		}
		p.stop(t)
		accepted, of := rows(t, s.database, payout.Rows), map[int64]bool{}
		for _, row := range accepted {
			of[row.MerchantID] = true
		}
		effects := rows(t, s.database, engine.Effects)
		waiting := slices.DeleteFunc(effects, func(e engine.Effect) bool { return e.Kind != payout.SendKind })
		if int64(len(accepted)) != report.Calls || len(waiting) != len(accepted) || len(of) != 2 {
			t.Errorf("%d calls, %d payouts of %d merchants, %d effects", report.Calls, len(accepted), len(of), len(waiting))
		}
		booksAreRight(t, s)
	})
}

// TestABenchmarkOfStatusesMeasuresAServerAndABareOne, whose answer has the same size.
func TestABenchmarkOfStatusesMeasuresAServerAndABareOne(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	p := s.start(t, "--effects=false", "--patience", "0")
	path := s.stage(t, 2, 0)
	bare := s.launch(t, []string{"bench", "echo", "--listen", "127.0.0.1:0", "--shops", path})
	bare.ready(t)
	shops, err := bench.ReadShops(path)
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[string]int{}
	for name, server := range map[string]*process{"tolem": p, "bare": bare} {
		report := tell[bench.Report](t, s, "bench", "status", "--url", server.URL, "--shops", path, "--orders", "5", "--duration", "200ms", "--concurrency", "4")
		if report.Calls == 0 || report.Errors != 0 || report.Outcomes["process"] != int(report.Calls) {
			t.Errorf("%s: %+v", name, report)
		}
		m := newMerchant(t, server, shops[0].Merchant, shops[0].Purchase, shops[0].Payout)
		m.pay(t, "size-1", "100", shops[0].User, shops[0].Token)
		for _, field := range m.call(t, "/api/payment_status2", "pg_order_id", "size-1") {
			sizes[name] += len(field.Name) + len(field.Value)
		}
	}
	if sizes["tolem"] != sizes["bare"] {
		t.Errorf("the answers hold %v characters", sizes)
	}
	if accepted := rows(t, s.database, payout.Rows); len(accepted) != 6 {
		t.Errorf("%d payouts were begun to be asked for", len(accepted))
	}
	p.stop(t)
	bare.stop(t)
}

// TestABenchmarkOfOneWriter, through SQLite and without it.
func TestABenchmarkOfOneWriter(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		t.Fatal(err)
	}
	for word, flags := range map[string][]string{"committed": nil, "synced": {"--bare"}} {
		report := tell[bench.Report](t, s, append([]string{"bench", "writer", "--duration", "100ms"}, flags...)...)
		if report.Calls == 0 || report.Outcomes[word] != int(report.Calls) || report.Rate <= 0 {
			t.Errorf("%s: %+v", word, report)
		}
	}
	s.refused(t, "bench", "writer", "--duration", "100ms", "--data", filepath.Join(s.data, "nowhere")) // it is that disk that is measured
	if left, err := os.ReadDir(s.data); err != nil || len(left) > 0 {
		t.Errorf("the writer left %v, %v", left, err)
	}
}

// TestBenchmarksThatMakeNoSenseAreRefused.
func TestBenchmarksThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	p := s.start(t)
	path := s.stage(t, 1, 0)
	other := newSite(t, false)
	for _, line := range []string{
		"payouts --duration 0s", "payouts --concurrency 0", "payouts --rate -1", "payouts --svg x.svg", "payouts --ramp 1:2", "payouts --ramp auto --rate 5",
		"payouts --rounds 0", "payouts --ramp auto --rounds 2", "payouts --pgbench nowhere", "tpcb", "tpcb --pgbench postgres://x --duration 0s",
		"payouts --accept-only", "payouts --merchants 2", "payouts --shops SHOPS --merchants 2", "payouts --shops /no/such/file", "payouts --url nowhere",
		"purchases --merchants 2", "purchases --shops /no/such/file", "purchases --url nowhere", "status", "status --shops SHOPS --orders 0", "echo", "writer --duration 0s", "table", "table /no/such/file", "table --needs P12",
		"prepare", "prepare --out x --merchants 0", "prepare --out x --stored -1",
	} {
		line = strings.ReplaceAll(line, "SHOPS", path)
		s.refused(t, append([]string{"bench"}, append(strings.Fields(line), s.flags...)...)...)
	}
	// The secrets of other data open nothing here, and have no past there.
	other.refused(t, append([]string{"bench", "prepare", "--out", path, "--stored", "5"}, other.flags...)...)
	if paid := rows(t, other.database, payout.Rows); len(paid) > 0 {
		t.Errorf("%d payouts of merchants that are not there", len(paid))
	}
	p.stop(t)
}
