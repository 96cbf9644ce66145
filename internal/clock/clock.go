// Package clock is where time comes from, so that tests and the simulator can
// bring their own. Nothing below cmd calls time.Now for a decision.
package clock

import (
	"sync"
	"time"
)

// A Clock tells the time, in UTC and microseconds, the precision that is stored.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now is the time of the machine.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Manual stands still until it is moved. The zero value starts at the zero time.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// At is a manual clock that shows t.
func At(t time.Time) *Manual { return &Manual{now: t.UTC().Truncate(time.Microsecond)} }

// Now is what the clock was last set to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance moves the clock by d, which may be negative.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

// Local is the protocol's usual text of an instant: "2006-01-02 15:04:05" in
// the installation's zone, without offset (R15).
func Local(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2006-01-02 15:04:05")
}

// Stamp is the protocol's text of an instant in UTC: "2006-01-02T15:04:05+00:00",
// as in pg_datetime (R15).
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }
