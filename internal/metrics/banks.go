package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"tolem/internal/bank"
)

// Banks observes calls of banks.
type Banks struct {
	took *cache[bankLabels, prometheus.Observer]
}

type bankLabels struct {
	call    string
	outcome bank.Outcome
	failed  bool
}

func newBanks(r prometheus.Registerer) *Banks {
	took := durations(r, "tolem_bank_call_seconds", "Calls of the bank. After \"failed\" the outcome is unknown.", seconds, "call", "outcome")
	return &Banks{newCache(func(l bankLabels) prometheus.Observer {
		if l.failed {
			return took.WithLabelValues(l.call, "failed")
		}
		return took.WithLabelValues(l.call, l.outcome.String())
	})}
}

// Observe is a bank.Observer.
func (b *Banks) Observe(_ context.Context, o bank.Observation) {
	b.took.of(bankLabels{o.Call, o.Outcome, o.Err != nil}).Observe(o.Took.Seconds())
}
