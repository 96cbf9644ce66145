package engine

import "context"

// A Handler carries out effects of one kind. It acts outside and returns the
// operation that finishes or reschedules the effect, or nil when it did that
// itself. An error means that it could not even do that: the effect is tried
// again after a pause. Its context ends when the node may no longer act.
type Handler struct {
	Run func(context.Context, Effect) (Operation, error)
	// Workers bounds how many run at once, PerMerchant how many of one merchant
	// that is alone; one among many has the part of it that the others leave. The
	// merchants for whom it takes long have as many workers once more, and what takes
	// long gives its worker back: so if everything does, there are crowd times as many
	// at once, and no more. The operation that follows keeps no worker waiting.
	Workers, PerMerchant int
}

// Handle names the handler of a kind. All are named before Start.
func (e *Engine) Handle(kind string, h Handler) {
	if h.Run == nil || h.Workers < 1 || h.PerMerchant < 1 || e.effects.lanes[kind] != nil {
		panic("engine: handler of " + kind + " has no workers, or is the second")
	}
	e.effects.lanes[kind] = &lane{handler: h, lines: map[int64]*line{}}
}
