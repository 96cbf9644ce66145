package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"tolem/internal/callback"
)

// Callbacks observes deliveries.
type Callbacks struct {
	attempts  [callback.Results]prometheus.Counter
	took      prometheus.Observer
	delivered prometheus.Observer
}

func newCallbacks(r prometheus.Registerer) *Callbacks {
	attempts := counts(r, "tolem_callback_attempts_total", "Attempts to deliver a callback, by what came of them.", "result")
	took := durations(r, "tolem_callback_attempt_seconds", "The call of a merchant, whatever came of it.", seconds)
	// An attempt of the schedule comes up to two hours later.
	late := append(seconds[:len(seconds):len(seconds)], 60, 600, 1800, 3600, 7200)
	delivered := durations(r, "tolem_callback_delivered_seconds", "From the commit that wrote a callback to its delivery.", late)
	c := &Callbacks{took: took.WithLabelValues(), delivered: delivered.WithLabelValues()}
	for result := range callback.Results {
		c.attempts[result] = attempts.WithLabelValues(result.String())
	}
	return c
}

// Observe is a callback.Observer.
func (c *Callbacks) Observe(_ context.Context, o callback.Observation) {
	c.attempts[o.Result].Inc()
	if o.Result == callback.Unsent {
		return
	}
	c.took.Observe(o.Took.Seconds())
	if o.Result == callback.Accepted {
		c.delivered.Observe(o.Age.Seconds())
	}
}
