package inbound

import (
	"context"
	"log/slog"
)

// Named adds to every line the id of the call for which it is written, and the id
// of its trace.
func Named(next slog.Handler) slog.Handler { return named{next} }

type named struct{ slog.Handler }

// Handle is slog.Handler.
func (n named) Handle(ctx context.Context, r slog.Record) error {
	if c := of(ctx); c != nil {
		r.AddAttrs(slog.String("request", c.ID))
		if c.Trace != "" {
			r.AddAttrs(slog.String("trace", c.Trace))
		}
	}
	return n.Handler.Handle(ctx, r)
}

// WithAttrs is slog.Handler.
func (n named) WithAttrs(attrs []slog.Attr) slog.Handler { return named{n.Handler.WithAttrs(attrs)} }

// WithGroup is slog.Handler.
func (n named) WithGroup(name string) slog.Handler { return named{n.Handler.WithGroup(name)} }
