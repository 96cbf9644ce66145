package sim

import "time"

// habits are what is usual in a history: how many orders are open at once, and how
// often something goes wrong, in percent.
type habits struct {
	orders  int
	selling int // of what people do: about purchases, the rest about payouts

	outage int // of the database, before or after a commit
	slow   int // commits that take seconds
	killed int // of all steps
	hang   int // of the process, before a call to the bank

	lost int // credits that never arrive at the bank
	late int // credits that may arrive after their callers gave up
	mute int // answers of the bank that are lost
	lazy int // questions and answers that are seconds under way

	deaf  int // calls to the merchant without an answer, or with a bad one
	picky int // purchases that the merchant does not like when it hears of them
}

// draw makes a history different from others: each trouble is frequent, rare or
// absent in it, and most histories are about one or two payments at a time.
func (w *World) draw() habits {
	upTo := func(most int) int { return w.number(3) * w.number(most+1) / 2 }
	h := habits{
		orders: 1, outage: upTo(5), slow: upTo(25), killed: upTo(3), hang: upTo(40), deaf: upTo(30), picky: upTo(80),
		lost: upTo(50), late: upTo(60), mute: upTo(40), lazy: upTo(60),
	}
	if w.chance(50) {
		h.lost, h.late, h.hang = 20+w.number(30), 20+w.number(30), w.number(60)
	}
	if w.chance(40) {
		h.orders = 2 + w.number(6)
	}
	if w.chance(65) {
		h.selling = []int{50, 100}[w.number(2)]
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
