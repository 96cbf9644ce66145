package engine

import "time"

// slowness is after how long a merchant is slow.
const slowness = 500 * time.Millisecond

// crowd is how many times its workers a lane may have running.
const crowd = 4

// lane is the queue of one kind of effect. Merchants take turns in it, and those
// who are slow wait for each other only: whoever hangs is out of everybody's way
// after a moment, however many they are.
type lane struct {
	handler Handler
	lines   map[int64]*line // by merchant
	quick   pool
	slow    pool
}

// pool is workers, and the lines that wait for one.
type pool struct {
	busy   int
	turns  []*line // have something waiting
	passed []*line // had their share of the workers when their turn came
}

// line is one merchant's share of a lane. It is slow while tasks of it take long.
// When the last of these ends it has one try among the quick, to show whether it
// is quick again.
type line struct {
	tasks   int // in memory: waiting for their time, in line, or running
	busy    int
	waiting []*task
	pool    *pool
	queued  *pool // in which it has a turn coming
	trying  bool
	passed  bool // was passed over
}

// fair is what one of many may have: as large a part of most as the others leave
// of all, rounded up.
func fair(most, all, others int) int {
	return (most*(all-max(others, 0)) + all - 1) / all
}

// enter makes a task one of its merchant's.
func (l *lane) enter(t *task) {
	m := l.lines[t.MerchantID]
	if m == nil {
		m = &line{pool: &l.quick}
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

// full tells whether a merchant has its share of the memory, in which there are
// so many tasks of all. One that is slow needs no more than it can run.
func (l *lane) full(m *line, tasks int) bool {
	most := share
	if m.pool == &l.slow {
		most = l.handler.PerMerchant
	}
	return m.tasks >= fair(most, backlog, tasks-m.tasks)
}

// offer gives a line a turn when it has work and no turn yet.
func (m *line) offer() bool {
	if m.queued == m.pool || len(m.waiting) == 0 {
		return false
	}
	m.queued = m.pool
	m.pool.turns = append(m.pool.turns, m)
	return true
}

// next is the task whose turn it is, or nil when there is none or no worker. It
// has a worker.
func (l *lane) next() *task {
	for _, p := range []*pool{&l.quick, &l.slow} {
		for p.busy < l.handler.Workers && l.quick.busy+l.slow.busy < crowd*l.handler.Workers && len(p.turns) > 0 {
			m := p.turns[0]
			p.turns = p.turns[1:]
			if m.queued != p {
				continue // has gone over to the other one
			}
			m.queued = nil
			switch {
			case m.busy < l.most(m):
				t := m.waiting[0]
				m.waiting = m.waiting[1:]
				return t
			case !m.passed:
				m.passed = true
				p.passed = append(p.passed, m)
			}
		}
	}
	return nil
}

// most is how many workers a line may have now.
func (l *lane) most(m *line) int {
	if m.trying {
		return 1
	}
	return fair(l.handler.PerMerchant, l.handler.Workers, m.pool.busy-m.busy)
}

// begin gives a task a worker.
func (l *lane) begin(t *task) {
	t.pool = t.line.pool
	t.pool.busy++
	t.line.busy++
}

// lag notes that a task takes long: its worker is one of the slow from now on,
// and its merchant waits for those.
func (l *lane) lag(t *task) {
	t.late = true
	t.line.pool, t.line.trying = &l.slow, false
	if t.pool == &l.quick {
		l.quick.busy--
		l.slow.busy++
		t.pool = &l.slow
		t.line.offer()
		l.quick.turn()
	}
}

// end takes the worker back. Its merchant has another turn, and so has the one
// that was passed over first. Whoever was passed over had a worker: another end
// will come.
func (l *lane) end(t *task) {
	m := t.line
	m.busy--
	t.pool.busy--
	switch {
	case !t.late:
		m.pool, m.trying = &l.quick, false
	case m.busy == 0:
		m.pool, m.trying = &l.quick, true
	}
	m.offer()
	t.pool.turn()
	t.late, t.pool = false, nil
}

// turn gives the line that was passed over first another turn.
func (p *pool) turn() {
	for offered := false; !offered && len(p.passed) > 0; {
		m := p.passed[0]
		p.passed = p.passed[1:]
		m.passed = false
		offered = m.offer()
	}
}
