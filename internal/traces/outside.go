package traces

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"tolem/internal/bank"
	"tolem/internal/callback"
)

// Bank is a bank.Observer.
func (t *Traces) Bank(ctx context.Context, o bank.Observation) {
	t.Engine.tracer.past(ctx, "bank."+o.Call, time.Now().Add(-o.Took), o.Took, o.Err, attribute.String("tolem.outcome", o.Outcome.String()))
}

// Callback is a callback.Observer. Nothing of a trace is sent to the merchant.
func (t *Traces) Callback(ctx context.Context, o callback.Observation) {
	t.Engine.tracer.past(ctx, "callback.deliver", time.Now().Add(-o.Took), o.Took, nil,
		attribute.String("tolem.result", o.Result.String()), attribute.Int("http.response.status_code", o.Status))
}
