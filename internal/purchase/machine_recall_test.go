package purchase

import (
	"time"

	"pgregory.net/rapid"
)

// reject is the merchant's no to what it was told is paid; recall comes back to one
// that had to wait.
func (m *model) reject(t *rapid.T) {
	k, x := m.pick(t)
	o := m.asked(k, "", 0)
	o.step.Reason = "Out of stock"
	m.takeBack(t, k, x, o)
}

func (m *model) recall(t *rapid.T) {
	k, x := m.pick(t)
	if !x.due {
		t.Skip("nothing is to be taken back")
	}
	o := m.asked(k, "", 0)
	o.recall, x.due = true, false
	m.takeBack(t, k, x, o)
}

// kept tells whether the merchant has money, and no step takes all of it back.
func (x *sums) kept() bool {
	return x.state == Authorized && x.step == Key{} || x.state == Captured && x.taken > x.given+x.giving
}

func (m *model) takeBack(t *rapid.T, k Key, x *sums, o *follow) {
	m.do(o)
	rest := x.taken - x.given - x.giving
	switch {
	case x.state == Authorized && x.step == Key{}, x.state == Captured && rest > 0 && m.now.Sub(x.paid) <= 180*24*time.Hour:
		step := m.step(o.step.Key)
		if x.rejected = true; o.refusal != nil || step.Reason != "Out of stock" || step.Amount != max(rest, x.held) {
			t.Fatalf("not taken back: %v, %+v", o.refusal, step)
		}
		m.begin(t, x, step)
	case o.refusal == nil:
		t.Fatalf("what is %s was taken back", x.state)
	default:
		x.rejected = x.rejected && x.state == Voided || x.state == Authorized || x.state == Captured && rest == 0
	}
}
