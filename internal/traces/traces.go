package traces

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Options say where spans go.
type Options struct {
	// Endpoint of the collector, OTLP over HTTP: "http://127.0.0.1:4318". A path is
	// taken as it is; without one it is /v1/traces.
	Endpoint string
	// Share of the traces that are kept, 0 to 1. What a caller says of its own
	// sampling does not count.
	Share float64
	Log   *slog.Logger
}

// Traces makes spans. Its parts observe one system each.
type Traces struct {
	Calls    Calls
	Engine   Engine
	provider *sdk.TracerProvider
}

// New begins to send what is traced, in the background. What a collector does not
// take in time is dropped; a collector that is not there shows in the log.
func New(ctx context.Context, o Options) (*Traces, error) {
	target, err := url.Parse(o.Endpoint)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, fmt.Errorf("--otlp-endpoint %q is not an http or https URL", o.Endpoint)
	}
	if target.Path == "" || target.Path == "/" {
		target.Path = "/v1/traces"
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(target.String()))
	if err != nil {
		return nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { o.Log.Warn("traces not sent", "error", err) }))
	ours := sdk.TraceIDRatioBased(o.Share)
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(exporter),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "tolem"), attribute.String("service.version", version()))),
		sdk.WithSampler(sdk.ParentBased(ours, sdk.WithRemoteParentSampled(ours), sdk.WithRemoteParentNotSampled(ours))),
	)
	tracer := tracer{provider.Tracer("tolem")}
	return &Traces{Calls: Calls{tracer}, Engine: Engine{tracer}, provider: provider}, nil
}

// Close sends what is left, as long as ctx allows.
func (t *Traces) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

type tracer struct{ trace.Tracer }

// past is a span of something that has ended already, below that of ctx.
func (t tracer) past(ctx context.Context, name string, began time.Time, took time.Duration, err error, attrs ...attribute.KeyValue) {
	_, span := t.Start(ctx, name, trace.WithTimestamp(began), trace.WithAttributes(attrs...))
	fail(span, err)
	span.End(trace.WithTimestamp(began.Add(took)))
}

// fail marks a span. The error stays in the log: it may name what spans must not.
func fail(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, "")
	}
}
