package e2e

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector takes traces, OTLP over HTTP.
type collector struct {
	URL   string
	mu    sync.Mutex
	raw   []byte // all that came
	spans []span
}

// span is a span as it came.
type span struct {
	trace, id, parent string // hex; parent "" for none
	name              string
	attributes        map[string]string
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.take(r); err != nil {
			t.Error(err)
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

func (c *collector) take(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var sent collectorpb.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &sent); err != nil || r.URL.Path != "/v1/traces" {
		return fmt.Errorf("traces are sent to %s: %w", r.URL.Path, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw = append(c.raw, body...)
	for _, resource := range sent.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				got := span{hex.EncodeToString(s.TraceId), hex.EncodeToString(s.SpanId), hex.EncodeToString(s.ParentSpanId), s.Name, map[string]string{}}
				for _, a := range s.Attributes {
					_, got.attributes[a.Key], _ = strings.Cut(a.Value.String(), ":")
				}
				c.spans = append(c.spans, got)
			}
		}
	}
	return nil
}

// all that came so far.
func (c *collector) all() (spans []span, raw []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spans, c.raw
}

// find is the one span of a name for which all pairs of attributes hold.
func (c *collector) find(t *testing.T, name string, attributes ...string) span {
	t.Helper()
	spans, _ := c.all()
	var found []span
next:
	for _, s := range spans {
		for i := 0; i < len(attributes); i += 2 {
			if s.attributes[attributes[i]] != attributes[i+1] {
				continue next
			}
		}
		if s.name == name {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d of %d spans are %s with %v: %v", len(found), len(spans), name, attributes, spans)
	}
	return found[0]
}

// under is the one span of a name below another.
func (c *collector) under(t *testing.T, parent span, name string) span {
	t.Helper()
	spans, _ := c.all()
	for _, s := range spans {
		if s.name == name && s.parent == parent.id && s.trace == parent.trace {
			return s
		}
	}
	t.Fatalf("there is no %s under %s: %v", name, parent.name, spans)
	return span{}
}

var adminLine = regexp.MustCompile(`(?m)^metrics, health and profiles on (http://\S+)$`)

// admin is the operator's address of a server that was started with --admin.
func (p *process) admin(t *testing.T) (url string) {
	t.Helper()
	eventually(t, func() error {
		found := adminLine.FindStringSubmatch(read(t, p.stdout))
		if found == nil {
			return fmt.Errorf("the server names no operator's address")
		}
		url = found[1]
		return nil
	})
	return url
}

// look reads a page at the operator's address.
func look(t *testing.T, url string) (status int, text string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
