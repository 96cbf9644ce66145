package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Books shows the ledger's latest check.
type Books struct {
	at, took, problems prometheus.Gauge
	failed             prometheus.Counter
}

func newBooks(r prometheus.Registerer) *Books {
	return &Books{
		at:       level(r, "tolem_ledger_check_timestamp_seconds", "When the ledger was last checked to the end; 0 for never."),
		took:     level(r, "tolem_ledger_check_seconds", "How long that took."),
		problems: level(r, "tolem_ledger_problems", "What it found wrong."),
		failed:   counts(r, "tolem_ledger_check_failures_total", "Checks that came to no end.").WithLabelValues(),
	}
}

// Checked notes a check that ended at a time with so many problems found.
func (b *Books) Checked(at time.Time, took time.Duration, problems int) {
	b.at.Set(float64(at.UnixMilli()) / 1000)
	b.took.Set(took.Seconds())
	b.problems.Set(float64(problems))
}

// Failed notes a check that came to no end.
func (b *Books) Failed() { b.failed.Inc() }
