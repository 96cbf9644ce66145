package e2e

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// carrier sends headers with every call.
type carrier struct {
	header http.Header
	id     string // X-Request-Id of the latest answer
}

func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, values := range c.header {
		r.Header[name] = values
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		c.id = answer.Header.Get("X-Request-Id")
	}
	return answer, err
}

// TestAPayoutCanBeTraced: from the caller's own span to the bank and to the shop,
// which learns nothing of it.
func TestAPayoutCanBeTraced(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		c := newCollector(t)
		p := s.start(t, "--otlp-endpoint", c.URL, "--log-level", "debug")
		m := demo(t, p)
		token := m.bind(t, "driver", "4671593866478252")

		const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
		call := &carrier{header: http.Header{"Traceparent": {"00-" + trace + "-" + parent + "-00"}, "Tracestate": {"shop=made-up"}, "Baggage": {"made=up"}}}
		m.HTTP = &http.Client{Transport: call}
		payment := m.pay(t, "traced", "200", "driver", token).Get("pg_payment_id")
		m.told(t, payment, 1)
		p.stop(t)

		paid := c.find(t, "merchant.payout.card-token.create-payment", "tolem.request", `"`+call.id+`"`)
		if paid.trace != trace || paid.parent != parent {
			t.Errorf("the call is %s of trace %s, want %s of %s", paid.parent, paid.trace, parent, trace)
		}
		for name, want := range map[string]string{
			"http.route": `"/api/reg2reg"`, "http.request.method": `"POST"`, "http.response.status_code": "200", "tolem.merchant": "700123", "tolem.code": "0",
		} {
			if got := paid.attributes[name]; got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
		c.under(t, paid, "commit.wait")
		sent := c.find(t, "payout.send", "tolem.subject", payment)
		if bank := c.under(t, sent, "bank.credit"); bank.attributes["tolem.outcome"] != `"approved"` {
			t.Errorf("the bank's call: %v", bank.attributes)
		}
		told := false
		spans, raw := c.all()
		for _, one := range spans {
			if one.name == "callback" {
				delivered := c.under(t, one, "callback.deliver")
				told = told || delivered.attributes["tolem.result"] == `"delivered"` && delivered.attributes["http.response.status_code"] == "200"
			}
			if one.name == "commit" && (one.parent != "" || one.attributes["tolem.operations"] == "") {
				t.Errorf("a commit: %+v", one)
			}
		}
		if !told {
			t.Error("no delivery of a callback is traced")
		}
		if strings.Contains(string(raw), "made-up") || strings.Contains(string(raw), "made=up") {
			t.Error("what a caller made up is sent on")
		}
		if !regexp.MustCompile(`msg=call .*request=` + call.id + ` trace=` + trace).MatchString(read(t, p.stderr)) {
			t.Error("the log does not name the trace of the call")
		}
	})
}

// TestOnlyASoundTraceparentIsBelieved: any other begins a trace of its own.
func TestOnlyASoundTraceparentIsBelieved(t *testing.T) {
	t.Parallel()
	s, c := newSite(t, false), newCollector(t)
	p := s.start(t, "--otlp-endpoint", c.URL)
	m := demo(t, p)
	const sound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	ids := map[string]string{}
	for _, sent := range [][]string{
		nil, {sound, sound}, {sound + "-more"}, {sound[:len(sound)-1]}, {"ff" + sound[2:]}, {strings.ToUpper(sound)},
		{"00-00000000000000000000000000000000-b7ad6b7169203331-01"}, {"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"},
		{strings.Repeat("0", 8000)}, {"4929135792468013"},
	} {
		call := &carrier{header: http.Header{"Traceparent": sent}}
		m.HTTP = &http.Client{Transport: call}
		m.balance(t)
		ids[call.id] = strings.Join(sent, ", ")
	}
	p.stop(t)
	for id, sent := range ids {
		if got := c.find(t, "merchant.payout.balance-status", "tolem.request", `"`+id+`"`); got.parent != "" || strings.HasPrefix(sound[3:], got.trace) {
			t.Errorf("traceparent %.80s gives trace %s, parent %s", sent, got.trace, got.parent)
		}
	}
}

// TestNobodyIsTracedUnlessItIsWanted, whatever callers say.
func TestNobodyIsTracedUnlessItIsWanted(t *testing.T) {
	t.Parallel()
	s, c := newSite(t, false), newCollector(t)
	p := s.start(t, "--otlp-endpoint", c.URL, "--trace-share", "0", "--log-level", "debug")
	m := demo(t, p)
	m.HTTP = &http.Client{Transport: &carrier{header: http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}}}
	m.balance(t)
	p.stop(t)
	if spans, _ := c.all(); len(spans) > 0 {
		t.Errorf("sent: %v", spans)
	}
	if said := read(t, p.stderr); strings.Contains(said, "trace=") || !strings.Contains(said, "request=") {
		t.Errorf("the log names a trace that nobody keeps, or no request:\n%s", said)
	}
}

// TestShopsLearnNothingOfTraces: a callback has no header but those that HTTP needs.
func TestShopsLearnNothingOfTraces(t *testing.T) {
	t.Parallel()
	s, c := newSite(t, false), newCollector(t)
	m := demo(t, s.start(t, "--otlp-endpoint", c.URL, "--sandbox-delay", "100ms"))
	called := make(chan http.Header, 1)
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.Header }))
	defer web.Close()
	fields := m.ibanFields("headers", "200", "0")
	fields[slices.Index(fields, "pg_post_link")+1] = web.URL
	expect(t, m.call(t, "/api/to_iban", fields...), "pg_status", "process")
	select {
	case header := <-called:
		names := slices.Sorted(maps.Keys(header))
		if want := []string{"Content-Length", "Content-Type", "User-Agent"}; !slices.Equal(names, want) {
			t.Errorf("a callback has the headers %v, want %v", names, want)
		}
	case <-time.After(patience):
		t.Fatal("no callback came")
	}
}
