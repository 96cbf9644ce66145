package traces

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"tolem/internal/engine"
)

// Engine traces commits and effects.
type Engine struct{ tracer tracer }

// Waited is engine.Observer: the part of a call that was spent on its commit.
func (e Engine) Waited(ctx context.Context, began time.Time, took time.Duration, err error) {
	e.tracer.past(ctx, "commit.wait", began, took, err)
}

// Committed is engine.Observer. A commit serves many calls and is nobody's child.
func (e Engine) Committed(operations int, began time.Time, took time.Duration, err error) {
	e.tracer.past(context.Background(), "commit", began, took, err, attribute.Int("tolem.operations", operations))
}

// Began is engine.Observer. An effect outlives the call that asked for it, and
// maybe the node: its trace is its own.
func (e Engine) Began(ctx context.Context, effect engine.Effect, late time.Duration) context.Context {
	ctx, _ = e.tracer.Start(ctx, effect.Kind, trace.WithAttributes(
		attribute.Int64("tolem.merchant", effect.MerchantID), attribute.Int64("tolem.subject", effect.Subject),
		attribute.Int64("tolem.attempt", effect.Attempt), attribute.Float64("tolem.lag_seconds", max(0, late).Seconds()),
	))
	return ctx
}

// Ended is engine.Observer.
func (e Engine) Ended(ctx context.Context, _ engine.Effect, _ time.Duration, err error) {
	span := trace.SpanFromContext(ctx)
	fail(span, err)
	span.End()
}
