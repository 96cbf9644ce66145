package pages

import "time"

// Lifetime says until when a payment can be made; without a Deadline the page says nothing about it. The page counts down from what
// is left at Now, so that a wrong clock in the browser does not matter, and asks for itself again when the time is over.
type Lifetime struct {
	Deadline time.Time // shown in its own zone
	Now      time.Time // when the page is drawn
}

// left is what remains, rounded up to a second; nothing when the deadline has passed or there is none.
func (l Lifetime) left() time.Duration {
	if l.Deadline.IsZero() {
		return 0
	}
	return max(0, (l.Deadline.Sub(l.Now) + time.Second - 1).Truncate(time.Second))
}

func (l Lifetime) view(w *words) *lifetimeView {
	if l.Deadline.IsZero() {
		return nil
	}
	return &lifetimeView{
		Machine: l.Deadline.Format(time.RFC3339), Moment: moment(l.Deadline, w), Seconds: int(l.left() / time.Second),
	}
}

// lifetimeView is what the template "lifetime" shows.
type lifetimeView struct {
	Machine string
	Moment  string
	Seconds int // left; zero does not count down
}
