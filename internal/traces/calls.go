package traces

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"tolem/internal/inbound"
)

// Calls traces HTTP calls.
type Calls struct{ tracer tracer }

// Begin is inbound.Observer. A caller's traceparent, if there is one and it is
// sound, becomes the parent; its tracestate and baggage are not taken.
func (c Calls) Begin(ctx context.Context, call *inbound.Call, r *http.Request) context.Context {
	if sent := r.Header.Values("Traceparent"); len(sent) == 1 {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": sent[0]})
	}
	ctx, span := c.tracer.Start(ctx, "call", trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(call.Began))
	if span.IsRecording() {
		call.Trace = span.SpanContext().TraceID().String()
	}
	return ctx
}

// End is inbound.Observer.
func (c Calls) End(ctx context.Context, call *inbound.Call) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	if call.Endpoint != "" {
		span.SetName(call.Endpoint)
	}
	span.SetAttributes(
		attribute.String("http.request.method", call.Method), attribute.String("http.route", call.Route),
		attribute.Int("http.response.status_code", call.Status), attribute.Int64("tolem.merchant", call.Merchant),
		attribute.Int("tolem.code", call.Code), attribute.String("tolem.request", call.ID),
	)
	if call.Status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
	span.End(trace.WithTimestamp(call.Began.Add(call.Took)))
}
