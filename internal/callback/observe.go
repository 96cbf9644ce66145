package callback

import (
	"context"
	"time"

	"tolem/internal/outbound"
)

// Observer is told of every attempt to deliver, by many goroutines at once.
type Observer func(context.Context, Observation)

// Observation is an attempt as an observer sees it: without what was said, and to
// whom.
type Observation struct {
	Result Result
	Status int           // HTTP, 0 when there was no answer
	Took   time.Duration // of the call; it ended just now
	Age    time.Duration // of the callback, since the commit that wrote it
}

// Result is what came of an attempt.
type Result int

// The results.
const (
	Accepted  Result = iota // HTTP 200
	Turned                  // another HTTP status
	NoAnswer                // no connection, or nothing that is HTTP, or not in time
	Forbidden               // an address that may not be called
	Unsent                  // a page of this installation
	Results                 // how many there are
)

func (r Result) String() string {
	return [...]string{"delivered", "http_error", "no_answer", "refused_address", "not_sent"}[r]
}

func (c *Courier) observe(ctx context.Context, row Row, a Attempt) {
	if c.Observe != nil {
		c.Observe(ctx, Observation{
			Result: a.result(), Status: int(a.Status), Took: time.Duration(a.Took) * time.Microsecond,
			Age: c.Clock.Now().Sub(row.CreatedAt),
		})
	}
}

func (a Attempt) result() Result {
	switch {
	case a.Done && a.Status == 0:
		return Unsent
	case a.Done:
		return Accepted
	case a.Status != 0:
		return Turned
	case a.Answer == outbound.ErrForbiddenTarget.Error():
		return Forbidden
	}
	return NoAnswer
}
