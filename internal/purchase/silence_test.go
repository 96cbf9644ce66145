package purchase

import (
	"testing"
	"time"

	"tolem/internal/bank"
)

// TestASilenceBeginsWhenTheCallIsOver: a process that was held up before its call
// may still have one on its way when the bank first says that it knows nothing.
func TestASilenceBeginsWhenTheCallIsOver(t *testing.T) {
	w := newWorld()
	k := w.create(1500, true)
	w.submit(k)
	w.now = w.now.Add(9 * time.Second)
	held := w.answered(k, unknown, 0)
	held.called = true
	w.do(held)
	w.now = w.now.Add(silence - time.Second)
	if state := w.settle(k, notFound).State; state != Sent {
		t.Errorf("the purchase is %s before the silence is over", state)
	}
	w.now = w.now.Add(time.Second)
	if state := w.settle(k, notFound).State; state != Declined {
		t.Errorf("the purchase is %s after the silence", state)
	}

	k = w.paid(1500, true)
	step := w.follow(k, bank.Refund, 700).step.Key
	w.now = w.now.Add(9 * time.Second)
	late := w.told(step, unknown, 0)
	late.called = true
	w.do(late)
	w.now = w.now.Add(silence - time.Second)
	if state := w.conclude(step, notFound).State; state != Pending {
		t.Errorf("the refund is %s before the silence is over", state)
	}
	w.now = w.now.Add(time.Second)
	if state := w.conclude(step, notFound).State; state != Refused {
		t.Errorf("the refund is %s after the silence", state)
	}
}
