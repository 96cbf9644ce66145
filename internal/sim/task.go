package sim

import (
	"iter"
	"slices"
	"time"
)

// task is something under way: a call of a merchant, or an effect. One runs at a
// time, from each of its pauses to the next, while the others stand still.
type task struct {
	effect bool
	hung   bool // it began a call late, and what came of that is not committed yet
	wakes  time.Time
	next   func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
}

// died unwinds a task whose process has died.
type died struct{}

// begin starts a task and runs it up to its first pause.
func (w *World) begin(effect bool, run func()) {
	t := &task{effect: effect}
	t.next, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		defer func() {
			if p := recover(); p != nil && p != (died{}) {
				panic(p)
			}
		}()
		run()
	})
	w.tasks = append(w.tasks, t)
	w.resume(t)
}

// resume runs a task up to its next pause, or to its end.
func (w *World) resume(t *task) {
	w.running = t
	_, more := t.next()
	w.running = nil
	if !more {
		w.tasks = slices.DeleteFunc(w.tasks, func(other *task) bool { return other == t })
	}
}

// sleep lets the world go on for at least d. It does not return in a process
// that dies meanwhile.
func (w *World) sleep(d time.Duration) {
	t := w.running
	if w.calm || t == nil {
		return
	}
	t.wakes = w.clock.Now().Add(d)
	if !t.yield(struct{}{}) {
		panic(died{})
	}
}

// awake are the tasks that can go on.
func (w *World) awake() (ready []*task) {
	for _, t := range w.tasks {
		if !t.wakes.After(w.clock.Now()) {
			ready = append(ready, t)
		}
	}
	return ready
}

// goOn resumes a task that can, if there is one.
func (w *World) goOn() bool {
	ready := w.awake()
	if len(ready) == 0 {
		return false
	}
	w.resume(ready[w.number(len(ready))])
	return true
}

// kill ends the process wherever it stands: what was not committed is lost.
// Another one takes over when the lease of the first is over.
func (w *World) kill() bool {
	if slices.ContainsFunc(w.tasks, func(t *task) bool { return t.hung }) {
		return false // see unreliable.hang
	}
	if len(w.tasks) == 0 && !w.chance(20) {
		return false // nothing much to lose
	}
	w.say("KILLED with %d under way", len(w.tasks))
	for _, t := range w.tasks {
		t.stop()
	}
	w.tasks = nil
	w.clock.Advance(w.span(time.Second, 12*time.Second))
	w.boot()
	return true
}
