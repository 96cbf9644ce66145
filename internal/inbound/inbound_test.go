package inbound

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// journal is a log that can be read.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) logger(level slog.Level) *slog.Logger {
	return slog.New(Named(slog.NewJSONHandler(j, &slog.HandlerOptions{Level: level})))
}

// lines are what was logged.
func (j *journal) lines(t *testing.T) (all []map[string]any) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for lines := bufio.NewScanner(bytes.NewReader(j.text.Bytes())); lines.Scan(); {
		line := map[string]any{}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	return all
}

// ended counts the calls whose end it was told of.
type ended struct {
	mu    sync.Mutex
	calls []Call
}

func (e *ended) Begin(ctx context.Context, c *Call, _ *http.Request) context.Context {
	c.Trace = "trace-of-" + c.ID
	return ctx
}

func (e *ended) End(_ context.Context, c *Call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls = append(e.calls, *c)
}

// serve serves routes and stops, which waits for the last line, when it is read.
func serve(t *testing.T, j *journal, level slog.Level, mux *http.ServeMux, observe Observer) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(Wrap(mux, j.logger(level), observe))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(server.Close)
	return server
}

func TestEveryLineOfACallHasTheIDOfItsAnswer(t *testing.T) {
	var j journal
	log, mux := j.logger(slog.LevelInfo), http.NewServeMux()
	mux.HandleFunc("POST /pay/{merchant}", func(w http.ResponseWriter, r *http.Request) {
		c := Of(r.Context())
		c.Endpoint, c.Merchant, c.Code = "pay", 700123, 9999
		log.WarnContext(r.Context(), "on its way")
		log.With("attribute", 1).WarnContext(r.Context(), "still")
		w.WriteHeader(http.StatusAccepted)
	})
	seen := &ended{}
	server := serve(t, &j, slog.LevelInfo, mux, seen)
	ids := map[string]bool{}
	for range 3 {
		request, _ := http.NewRequest(http.MethodPost, server.URL+"/pay/4929135792468013?secret=4929135792468013", nil)
		request.Header.Set("X-Request-Id", "chosen-by-a-stranger")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		ids[answer.Header.Get("X-Request-Id")] = true
	}
	server.Close()
	lines := j.lines(t)
	if len(ids) != 3 || len(lines) != 9 || len(seen.calls) != 3 {
		t.Fatalf("3 calls have %d ids, %d lines and %d ends", len(ids), len(lines), len(seen.calls))
	}
	for id := range ids {
		if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(id) {
			t.Errorf("the id is %q", id)
		}
		found := 0
		for _, line := range lines {
			if line["request"] == id && line["trace"] == "trace-of-"+id {
				found++
			}
		}
		if found != 3 {
			t.Errorf("%d of 3 lines have the id of an answer", found)
		}
	}
	last := lines[2]
	for name, want := range map[string]any{
		"msg": "call", "method": "POST", "route": "POST /pay/{merchant}", "endpoint": "pay", "merchant": 700123.0, "http": 202.0, "code": 9999.0,
	} {
		if last[name] != want {
			t.Errorf("%s is %v, want %v", name, last[name], want)
		}
	}
	if c := seen.calls[0]; c.Status != http.StatusAccepted || c.Endpoint != "pay" || c.Took <= 0 {
		t.Errorf("the observer was told %+v", c)
	}
	if strings.Contains(j.text.String(), "4929135792468013") || strings.Contains(j.text.String(), "stranger") {
		t.Errorf("the log holds what a caller made up: %s", j.text.String())
	}
}

func TestWhatConcernsNoMerchantIsLoggedAtDebug(t *testing.T) {
	for level, want := range map[slog.Level]int{slog.LevelDebug: 1, slog.LevelInfo: 0} {
		var j journal
		server := serve(t, &j, level, http.NewServeMux(), nil)
		request, _ := http.NewRequest("MADEUP", server.URL+"/nothing", nil)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		server.Close()
		lines := j.lines(t)
		if len(lines) != want {
			t.Fatalf("%d lines at %s", len(lines), level)
		}
		if want == 1 && (lines[0]["http"] != 404.0 || lines[0]["method"] != "other") {
			t.Errorf("line: %v", lines[0])
		}
	}
}

// TestAPanicIsLoggedWithItsCall and cuts the connection: an answer would claim to
// know how far the call got.
func TestAPanicIsLoggedWithItsCall(t *testing.T) {
	var j journal
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bug", func(http.ResponseWriter, *http.Request) { panic("a bug") })
	seen := &ended{}
	server := serve(t, &j, slog.LevelInfo, mux, seen)
	if answer, err := http.Get(server.URL + "/bug"); err == nil {
		answer.Body.Close()
		t.Errorf("answered %d", answer.StatusCode)
	}
	server.Close()
	lines := j.lines(t)
	if len(lines) != 1 || lines[0]["level"] != "ERROR" || lines[0]["panic"] != "a bug" || lines[0]["request"] == nil ||
		!strings.Contains(lines[0]["stack"].(string), "TestAPanicIsLoggedWithItsCall") {
		t.Errorf("logged: %v", lines)
	}
	if len(seen.calls) != 1 || seen.calls[0].Status != http.StatusInternalServerError {
		t.Errorf("the observer was told %+v", seen.calls)
	}
}

func TestALimitIsNeverPassed(t *testing.T) {
	const most = 5
	l := NewLimit(most)
	var inside, worst atomic.Int64
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			for range 200 {
				if !l.Enter() {
					continue
				}
				n := inside.Add(1)
				for w := worst.Load(); n > w && !worst.CompareAndSwap(w, n); w = worst.Load() {
				}
				if l.UnderWay() > most {
					t.Error("more are shown than there may be")
				}
				inside.Add(-1)
				l.Leave()
			}
		})
	}
	wait.Wait()
	if worst.Load() > most || l.UnderWay() != 0 {
		t.Errorf("%d were inside at once, %d are left", worst.Load(), l.UnderWay())
	}
	for range most {
		if !l.Enter() {
			t.Fatal("a place was lost")
		}
	}
	for range 3 {
		if l.Enter() {
			t.Error("one more found a place")
		}
	}
	l.Leave()
	if !l.Enter() {
		t.Error("whoever was refused took a place")
	}
	var none *Limit
	if !none.Enter() {
		t.Error("no limit refuses")
	}
	none.Leave()
}
