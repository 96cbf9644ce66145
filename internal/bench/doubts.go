package bench

import "fmt"

// Doubts tell of measurements that should not be believed.
func Doubts(all []Measurement) (doubts []string) {
	for _, m := range all {
		doubt := func(format string, of ...any) {
			doubts = append(doubts, fmt.Sprintf("%s, round %d: ", m.What, m.Round)+fmt.Sprintf(format, of...))
		}
		c := m.Report.called()
		if m.Report.Errors > 0 {
			doubt("%d of %d calls failed", m.Report.Errors, m.Report.Calls)
		}
		if c.Unverified > 0 {
			doubt("%d callbacks could not be verified", c.Unverified)
		}
		if missing := m.Report.Calls - m.Report.Errors - c.Payments; m.Report.Callbacks != nil && missing > 0 {
			doubt("%d payments were not called back", missing)
		}
		if grew := c.BacklogEnd - c.BacklogHalf; grew > max(c.BacklogHalf/2, 100) {
			doubt("the backlog of callbacks grew from %d to %d", c.BacklogHalf, c.BacklogEnd)
		}
	}
	return doubts
}
