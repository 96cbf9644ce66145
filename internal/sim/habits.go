package sim

import "time"

// habits are what is usual in a history: how many orders there are, and how often
// something goes wrong, in percent.
type habits struct {
	orders int

	outage int // of the database, before or after a commit
	slow   int // commits that take seconds
	killed int // of all steps
	hang   int // of the process, before a call to the bank

	lost int // calls to the bank, or their answers
	late int // ways to the bank, or back, that take seconds
	cut  int // connections that end before a call does

	deaf int // calls to the merchant without an answer, or with a bad one
}

// draw makes a history different from others: quiet or wild in each respect, and
// half of them about one or two payouts only.
func (w *World) draw() habits {
	upTo := func(most int) int {
		if w.chance(25) {
			return 0
		}
		return w.number(most + 1)
	}
	h := habits{
		orders: 1 + w.number(2), outage: upTo(5), slow: upTo(25), killed: upTo(4), hang: upTo(40),
		lost: upTo(40), late: upTo(60), cut: upTo(60), deaf: upTo(40),
	}
	if w.chance(50) {
		h.orders = 3 + w.number(10)
	}
	return h
}

// number is from 0 to below n, chance true in percent of the cases, and fault a
// chance that the calm end of a history does not have.
func (w *World) number(n int) int        { return w.chances.IntN(n) }
func (w *World) chance(percent int) bool { return w.number(100) < percent }
func (w *World) fault(percent int) bool  { return !w.calm && w.chance(percent) }

// span is a time from one to below another, in milliseconds.
func (w *World) span(from, to time.Duration) time.Duration {
	return from + time.Duration(w.number(int((to-from)/time.Millisecond)))*time.Millisecond
}

// trip is how long something takes: not long, but in some percent of the cases up
// to most, and nothing at the calm end of a history.
func (w *World) trip(percent int, most time.Duration) time.Duration {
	switch {
	case w.calm:
		return 0
	case w.chance(percent):
		return w.span(0, most)
	}
	return w.span(0, 100*time.Millisecond)
}
