package engine

import "context"

// A Handler carries out effects of one kind. It acts outside and returns the
// operation that finishes or reschedules the effect, or nil when it did that
// itself. An error means that it could not even do that: the effect is tried
// again after a pause. Its context ends when the node may no longer act.
type Handler struct {
	Run func(context.Context, Effect) (Operation, error)
	// Workers bounds how many act at once, PerMerchant how many for one merchant.
	// The operation that follows keeps no worker waiting.
	Workers, PerMerchant int
}

// Handle names the handler of a kind. All are named before Start.
func (e *Engine) Handle(kind string, h Handler) {
	if h.Run == nil || h.Workers < 1 || h.PerMerchant < 1 || e.effects.lanes[kind] != nil {
		panic("engine: handler of " + kind + " has no workers, or is the second")
	}
	e.effects.lanes[kind] = &lane{handler: h, lines: map[int64]*line{}}
}

// lane is the queue of one kind of effect. Merchants take turns in it.
type lane struct {
	handler Handler
	busy    int
	lines   map[int64]*line // by merchant
	turns   []*line         // lines that have something waiting and may run more
}

// line is one merchant's share of a lane.
type line struct {
	tasks   int // in memory: waiting for their time, in line, or running
	busy    int
	waiting []*task
	queued  bool // has a turn coming
}

// enter makes a task one of its merchant's.
func (l *lane) enter(t *task) {
	m := l.lines[t.MerchantID]
	if m == nil {
		m = &line{}
		l.lines[t.MerchantID] = m
	}
	m.tasks++
	t.lane, t.line = l, m
}

func (l *lane) leave(t *task) {
	if t.line.tasks--; t.line.tasks == 0 {
		delete(l.lines, t.MerchantID)
	}
}

// offer gives a line a turn when it has work and room.
func (l *lane) offer(m *line) {
	if !m.queued && len(m.waiting) > 0 && m.busy < l.handler.PerMerchant {
		m.queued = true
		l.turns = append(l.turns, m)
	}
}

// next is the task whose turn it is, or nil when there is none or no worker.
func (l *lane) next() *task {
	if l.busy == l.handler.Workers || len(l.turns) == 0 {
		return nil
	}
	m := l.turns[0]
	l.turns = l.turns[1:]
	t := m.waiting[0]
	m.waiting = m.waiting[1:]
	m.queued = false
	return t
}
