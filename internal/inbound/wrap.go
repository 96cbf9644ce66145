package inbound

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// Observer is told of calls. Begin returns the context that a call is served
// under; End comes once it is answered.
type Observer interface {
	Begin(context.Context, *Call, *http.Request) context.Context
	End(context.Context, *Call)
}

// Wrap attends to every call that next serves. Its id is ours: what callers send as
// theirs is not believed. observe may be nil.
func Wrap(next http.Handler, log *slog.Logger, observe Observer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &attended{ResponseWriter: w, call: Call{ID: newID(), Method: method(r.Method), Began: time.Now()}}
		ctx := context.WithValue(r.Context(), contextKey{}, &a.call)
		if observe != nil {
			ctx = observe.Begin(ctx, &a.call, r)
		}
		w.Header().Set("X-Request-Id", a.call.ID)
		r = r.WithContext(ctx)
		defer func() {
			broken := recover()
			a.end(ctx, r, log, observe, broken)
			if broken != nil {
				panic(http.ErrAbortHandler) // cuts the connection: nobody knows how far it got
			}
		}()
		next.ServeHTTP(a, r)
	})
}

// method is one that is known: callers may invent others.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// attended notes how a call is answered.
type attended struct {
	http.ResponseWriter
	call Call
}

// WriteHeader is http.ResponseWriter.
func (a *attended) WriteHeader(status int) {
	if status >= http.StatusOK && a.call.Status == 0 {
		a.call.Status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *attended) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// end writes the call's line: at info what concerns a merchant, at debug the rest.
// Queries and paths may hold anything, so only the route is told.
func (a *attended) end(ctx context.Context, r *http.Request, log *slog.Logger, observe Observer, broken any) {
	c := &a.call
	c.Route, c.Took = r.Pattern, time.Since(c.Began)
	if broken != nil {
		c.Status = http.StatusInternalServerError
		if err, ok := broken.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			log.ErrorContext(ctx, "call panicked", "route", c.Route, "panic", broken, "stack", string(debug.Stack()))
		}
	}
	c.Status = cmp.Or(c.Status, http.StatusOK)
	level := slog.LevelDebug
	if c.Endpoint != "" {
		level = slog.LevelInfo
	}
	log.LogAttrs(ctx, level, "call", slog.String("method", c.Method), slog.String("route", c.Route), slog.String("endpoint", c.Endpoint),
		slog.Int64("merchant", c.Merchant), slog.Int("http", c.Status), slog.Int("code", c.Code), slog.Duration("took", c.Took.Round(time.Microsecond)))
	if observe != nil {
		observe.End(ctx, c)
	}
}
