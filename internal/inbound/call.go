package inbound

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Call is what is known of one HTTP call. ID and Trace stand from the beginning;
// handlers fill in the rest as they find it out.
type Call struct {
	ID       string // ours, 16 hex digits; also in the answer's X-Request-Id
	Trace    string // the trace it belongs to, "" for none
	Endpoint string // what was asked for, one of a bounded set; "" for what is nobody's business
	Merchant int64  // whose it is, 0 when nobody knows
	Code     int    // pg_error_code of the answer, 0 for none
	Method   string // a known one, or "other"
	Route    string // the pattern that matched, never the address itself
	Status   int    // HTTP
	Began    time.Time
	Took     time.Duration
}

type contextKey struct{}

// Of is the call that a context belongs to. Outside of any it is one that nobody
// looks at, so that handlers need not ask.
func Of(ctx context.Context) *Call {
	if c := of(ctx); c != nil {
		return c
	}
	return new(Call)
}

func of(ctx context.Context) *Call {
	c, _ := ctx.Value(contextKey{}).(*Call)
	return c
}

// newID names a call. It tells calls apart and opens nothing.
func newID() string { return fmt.Sprintf("%016x", rand.Uint64()) }
