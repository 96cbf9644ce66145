package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tolem/internal/payout"
	"tolem/internal/protocol/pg"
)

// TestAFloodIsTurnedAway: while the database hangs, as many calls are let in as
// there are places. All others are told at once to come again, and nothing piles
// up. When the database goes on, whoever was let in is answered.
func TestAFloodIsTurnedAway(t *testing.T) {
	t.Parallel()
	const places, flood, callers = 32, 1000, 64
	s := newSite(t, true)
	var err error
	if s.program, err = plainProgram(); err != nil { // the race detector takes memory of its own
		t.Fatal(err)
	}
	p := s.start(t, "--max-calls", strconv.Itoa(places), "--admin", "127.0.0.1:0", "--log-level", "warn")
	m, admin := demo(t, p), p.admin(t)
	m.HTTP = &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: places + callers}}
	token := m.bind(t, "driver", "4671593866478252")
	goroutines, memory := gauge(t, admin, "go_goroutines"), gauge(t, admin, "process_resident_memory_bytes")

	release := hang(t, s)
	answers := make(chan pg.Message, places)
	for n := range places {
		go func() {
			answer, err := m.Call(t.Context(), "/api/reg2reg", m.payFields(fmt.Sprint("held-", n), "10", "driver", token)...)
			if err != nil {
				t.Error(err)
			}
			answers <- answer
		}()
	}
	eventually(t, func() error {
		if n := gauge(t, admin, "tolem_calls_under_way"); n != places {
			return fmt.Errorf("%v calls are under way", n)
		}
		return nil
	})
	m.turnedAway(t, p, flood, callers)
	if n := gauge(t, admin, "go_goroutines"); n > goroutines+3*(places+callers)+50 {
		t.Errorf("%v goroutines in the flood, %v before", n, goroutines)
	}
	if n := gauge(t, admin, "process_resident_memory_bytes"); n > memory+64<<20 {
		t.Errorf("%v bytes of memory in the flood, %v before", n, memory)
	}
	if n := gauge(t, admin, `tolem_call_seconds_count{endpoint="merchant.payout.card-token.create-payment",outcome="limited"}`); n != flood {
		t.Errorf("%v calls are counted as limited, want %d", n, flood)
	}
	if status, _ := look(t, p.URL+"/status/healthcheck"); status != http.StatusOK {
		t.Errorf("the health check is answered HTTP %d", status)
	}

	release()
	for range places {
		select {
		case answer := <-answers:
			expect(t, answer, "pg_status", "ok")
		case <-time.After(patience):
			t.Fatal("a call that was let in is not answered")
		}
	}
	expect(t, m.pay(t, "after", "10", "driver", token), "pg_status", "ok")
	m.HTTP.CloseIdleConnections()
	eventually(t, func() error {
		if n := gauge(t, admin, "go_goroutines"); n > goroutines+2*places+30 { // connections to the shop are kept for a while
			return fmt.Errorf("%v goroutines after the flood, %v before", n, goroutines)
		}
		return nil
	})
	p.stop(t)
	if n := len(rows(t, s.database, payout.Rows)); n != places+1 {
		t.Errorf("%d payouts, want %d: what was turned away did not happen", n, places+1)
	}
	booksAreRight(t, s)
}

// hang makes every commit wait until it is released.
func hang(t *testing.T, s *site) (release func()) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), s.database)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connection.Exec(t.Context(), "BEGIN; LOCK TABLE account IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() { _ = connection.Close(context.Background()) })
	t.Cleanup(release)
	return release
}

// turnedAway sends calls and a look at a page while there is no place for any.
func (m *merchant) turnedAway(t *testing.T, p *process, flood, callers int) {
	t.Helper()
	var sent atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for n := sent.Add(1); n <= int64(flood); n = sent.Add(1) {
				answer, err := m.Call(t.Context(), "/api/reg2reg", m.payFields(fmt.Sprint("flood-", n), "10", "driver", "any")...)
				if err == nil || !strings.Contains(err.Error(), "HTTP 429, answer not signed by us: code 10006") || answer.Get("pg_status") != "error" {
					t.Errorf("a call without a place is answered %v, %v", answer, err)
					return
				}
			}
		})
	}
	all.Wait()
	status, page := look(t, p.URL+"/payout.html?customer=any&lang=en")
	if status != http.StatusTooManyRequests || !strings.Contains(page, "<html") {
		t.Errorf("a page without a place is answered HTTP %d: %.200s", status, page)
	}
}

// gauge reads one line of a server's metrics.
func gauge(t *testing.T, admin, line string) (value float64) {
	t.Helper()
	_, text := look(t, admin+"/metrics")
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(line) + ` (\S+)$`).FindStringSubmatch(text)
	err := errors.New("it is not there")
	if found != nil {
		value, err = strconv.ParseFloat(found[1], 64)
	}
	if err != nil {
		t.Fatalf("metric %s: %v", line, err)
	}
	return value
}
