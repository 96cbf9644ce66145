package metrics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tolem/internal/bank"
	"tolem/internal/callback"
	"tolem/internal/engine"
	"tolem/internal/inbound"
	"tolem/internal/store"
)

// everything has seen one of each.
func everything(t testing.TB) *Metrics {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/test.db", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	m := New()
	m.Calls.Watch(inbound.NewLimit(7))
	m.Engine.Watch(func() engine.Load {
		return engine.Load{Waiting: 3, Room: 8, Kinds: []engine.KindLoad{{Kind: "payout.send", InMemory: 5, Running: 2}}}
	})
	m.WatchDatabases(map[string]*store.DB{"platform": db})
	observeAll(t.Context(), m)
	m.Engine.Committed(4, time.Now(), time.Second, errors.New("it broke"))
	m.Engine.Ended(t.Context(), engine.Effect{EffectKey: engine.EffectKey{Kind: "payout.send"}}, time.Second, errors.New("it broke"))
	m.Callbacks.Observe(t.Context(), callback.Observation{Result: callback.Unsent})
	m.Banks.Observe(t.Context(), bank.Observation{Call: "inquire", Outcome: bank.Approved, Err: errors.New("no answer")})
	m.Books.Checked(time.Unix(1_700_000_000, 0), 2*time.Second, 1)
	m.Books.Failed()
	return m
}

// observeAll is what one payout may make observers hear.
func observeAll(ctx context.Context, m *Metrics) {
	effect := engine.Effect{EffectKey: engine.EffectKey{MerchantID: 700123, Kind: "payout.send", Subject: 10000001}}
	call := inbound.Call{Endpoint: "merchant.payout.iban", Merchant: 700123, Status: 200, Took: 3 * time.Millisecond}
	m.Calls.End(m.Calls.Begin(ctx, &call, nil), &call)
	m.Engine.Waited(ctx, time.Time{}, time.Millisecond, nil)
	m.Engine.Committed(4, time.Time{}, time.Millisecond, nil)
	m.Engine.Ended(m.Engine.Began(ctx, effect, 2*time.Millisecond), effect, time.Millisecond, nil)
	m.Banks.Observe(ctx, bank.Observation{Call: "credit", Outcome: bank.Approved, Took: time.Millisecond})
	m.Callbacks.Observe(ctx, callback.Observation{Result: callback.Accepted, Status: 200, Took: time.Millisecond, Age: 40 * time.Minute})
}

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("HTTP %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

func TestWhatWasObservedIsShown(t *testing.T) {
	text := scrape(t, everything(t))
	for _, line := range []string{
		`tolem_call_seconds_bucket{endpoint="merchant.payout.iban",outcome="ok",le="0.0025"} 0`,
		`tolem_call_seconds_bucket{endpoint="merchant.payout.iban",outcome="ok",le="0.005"} 1`,
		`tolem_calls_under_way 0`, `tolem_calls_limit 7`,
		`tolem_commit_operations_sum 8`, `tolem_commit_seconds_count 2`, `tolem_commit_failures_total 1`,
		`tolem_commit_queue 3`, `tolem_commit_queue_limit 8`,
		`tolem_effects_in_memory{kind="payout.send"} 5`, `tolem_effects_running{kind="payout.send"} 2`,
		`tolem_effect_lag_seconds_count{kind="payout.send"} 1`, `tolem_effect_failures_total{kind="payout.send"} 1`,
		`tolem_callback_attempts_total{result="delivered"} 1`, `tolem_callback_attempts_total{result="not_sent"} 1`,
		`tolem_callback_attempts_total{result="refused_address"} 0`,
		`tolem_callback_attempt_seconds_count 1`,
		`tolem_callback_delivered_seconds_bucket{le="1800"} 0`, `tolem_callback_delivered_seconds_bucket{le="3600"} 1`,
		`tolem_bank_call_seconds_count{call="credit",outcome="approved"} 1`, `tolem_bank_call_seconds_count{call="inquire",outcome="failed"} 1`,
		`tolem_database_connections{database="platform",pool="readers",state="limit"} 16`,
		`tolem_decided_from_memory_total{database="platform",memory="wrong"} 0`,
		`tolem_ledger_check_timestamp_seconds 1.7e+09`, `tolem_ledger_check_seconds 2`, `tolem_ledger_problems 1`, `tolem_ledger_check_failures_total 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("there is no line %s", line)
		}
	}
	for _, one := range []string{"go_goroutines ", "process_resident_memory_bytes "} {
		if !strings.Contains(text, "\n"+one) {
			t.Errorf("there is no %s", one)
		}
	}
	if strings.Contains(text, "700123") || strings.Contains(text, "10000001") {
		t.Error("a label names a merchant or a payment: there would be no end of them")
	}
}

func TestOutcomesOfCalls(t *testing.T) {
	for _, c := range []struct {
		status, code int
		want         string
	}{
		{200, 0, "ok"}, {302, 0, "ok"}, {200, 9403, "refused"}, {401, 1100, "refused"}, {422, 0, "refused"}, {404, 0, "refused"},
		{200, 10001, "declined"}, {200, 99999, "declined"}, {200, 8888, "refused"},
		{429, 10006, "limited"}, {429, 0, "limited"}, {200, 9999, "failed"}, {503, 0, "failed"}, {500, 0, "failed"},
	} {
		if got := outcome(&inbound.Call{Status: c.status, Code: c.code}); got != c.want {
			t.Errorf("HTTP %d with code %d is %s, want %s", c.status, c.code, got, c.want)
		}
	}
}

// TestTheDocumentNamesEveryMetric, and no other.
func TestTheDocumentNamesEveryMetric(t *testing.T) {
	document, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(document), "## Metrics")
	table, _, _ = strings.Cut(table, "## Alerts")
	names := func(text, pattern string) (all []string) {
		for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			all = append(all, found[1])
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	told, shown := names(table, "`(tolem_[a-z_]+)`"), names(scrape(t, everything(t)), `(?m)^# TYPE (tolem_\S+)`)
	if !slices.Equal(told, shown) {
		t.Errorf("the document names\n%v, shown are\n%v", told, shown)
	}
}

// TestObservingLeavesNoGarbage: a payment's way is not made longer by its metrics.
func TestObservingLeavesNoGarbage(t *testing.T) {
	m, ctx := everything(t), t.Context()
	call := inbound.Call{Endpoint: "merchant.payout.iban", Status: 200}
	effect := engine.Effect{EffectKey: engine.EffectKey{Kind: "payout.send"}}
	if n := testing.AllocsPerRun(100, func() {
		m.Calls.End(ctx, &call)
		m.Engine.Committed(4, time.Time{}, time.Millisecond, nil)
		m.Engine.Ended(m.Engine.Began(ctx, effect, time.Millisecond), effect, time.Millisecond, nil)
		m.Banks.Observe(ctx, bank.Observation{Call: "credit", Outcome: bank.Approved})
		m.Callbacks.Observe(ctx, callback.Observation{Result: callback.Accepted})
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkObserveAPayout(b *testing.B) {
	m := everything(b)
	b.ReportAllocs()
	for b.Loop() {
		observeAll(b.Context(), m)
	}
}
