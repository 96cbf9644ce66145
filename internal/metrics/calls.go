package metrics

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"tolem/internal/inbound"
	"tolem/internal/protocol/codes"
)

// Calls observes HTTP calls.
type Calls struct {
	registry prometheus.Registerer
	took     *cache[callLabels, prometheus.Observer]
}

type callLabels struct{ endpoint, outcome string }

func newCalls(r prometheus.Registerer) *Calls {
	took := durations(r, "tolem_call_seconds", "HTTP calls by endpoint and outcome.", seconds, "endpoint", "outcome")
	return &Calls{r, newCache(func(l callLabels) prometheus.Observer { return took.WithLabelValues(l.endpoint, l.outcome) })}
}

// Watch shows how many calls are under way.
func (c *Calls) Watch(l *inbound.Limit) {
	look(c.registry, "tolem_calls_under_way", "Calls that are being answered.", func() float64 { return float64(l.UnderWay()) })
	look(c.registry, "tolem_calls_limit", "How many may be (--max-calls).", func() float64 { return float64(l.Most()) })
}

// Begin is inbound.Observer.
func (c *Calls) Begin(ctx context.Context, _ *inbound.Call, _ *http.Request) context.Context {
	return ctx
}

// End is inbound.Observer.
func (c *Calls) End(_ context.Context, call *inbound.Call) {
	endpoint := call.Endpoint
	if endpoint == "" {
		endpoint = "other"
	}
	c.took.of(callLabels{endpoint, outcome(call)}).Observe(call.Took.Seconds())
}

// outcome is the class of an answer: ok; refused, which is the caller's to mend;
// declined, which is a bank's word on a payment; limited, which is back-pressure;
// failed, which is ours.
func outcome(c *inbound.Call) string {
	code := codes.Code(c.Code)
	switch {
	case c.Status == http.StatusTooManyRequests:
		return "limited"
	case c.Status >= http.StatusInternalServerError, code == codes.SystemError:
		return "failed"
	case code >= codes.TryLater:
		return "declined"
	case code != 0, c.Status >= http.StatusBadRequest:
		return "refused"
	}
	return "ok"
}
