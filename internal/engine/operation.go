package engine

import (
	"errors"
	"time"

	"tolem/internal/store"
)

// An Operation is one wish to change state. It names the rows it needs, then
// decides on them without any I/O, clock or chance. Decide may run more than
// once (a batch can be repeated or split); the last run counts. Its result, a
// refusal included, stays in fields of its own and may be read after Do.
type Operation interface {
	Want(*store.Set)
	Decide(s *store.Set, now time.Time)
}

// Committed is an operation that wants to know, before its caller does, that
// it is durable.
type Committed interface {
	Committed()
}

// Node is what systems need of the engine that runs them: an [Engine], or a
// simulation of several.
type Node interface {
	Do(Operation) error
	Handle(kind string, h Handler)
}

// Errors of Do. After ErrBusy and ErrClosed nothing happened. After any other
// error the outcome may be unknown, and the caller must say so.
var (
	ErrBusy   = errors.New("engine: queue is full")
	ErrClosed = errors.New("engine: closed")
)
