package simulator

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"tolem/internal/bank"
	"tolem/internal/clock"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

// books are a charge and what was done with it, as the bank remembers them.
func books(t *testing.T, b *Bank, reference string) (c Charge, follows []Follow) {
	t.Helper()
	err := b.db.View(t.Context(), func(tx *store.Tx) (err error) {
		if c, _, err = Charges.Find(t.Context(), tx, Key{reference}); err == nil {
			follows, err = Follows.Select(t.Context(), tx, "WHERE charge = $1 ORDER BY reference", reference)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, follows
}

func TestAReferenceIsChargedOnceAndRemembered(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		first, err := b.Charge(t.Context(), charging(t, "pu1", unionPay, 700))
		says(t, "first", first, err, 0)
		other := charging(t, "pu1", "4916109830832246", 900)
		other.Capture = true
		if again, err := b.Charge(t.Context(), other); err != nil || again != first {
			t.Errorf("again: %+v %v, want %+v", again, err, first)
		}
		if asked, err := b.Inquire(t.Context(), "pu1"); err != nil || asked != first {
			t.Errorf("asked: %+v %v, want %+v", asked, err, first)
		}
		if c, _ := books(t, b, "pu1"); c.Received != 2 || c.Amount != 700 || c.Captured != 0 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAReferenceIsFollowedOnceAndRemembered(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		atOnce := charging(t, "pu1", unionPay, 700)
		atOnce.Capture, atOnce.Secure = true, true
		answer, err := b.Charge(t.Context(), atOnce)
		says(t, "charge", answer, err, 0)
		first, err := b.Follow(t.Context(), following("re1", "pu1", bank.Refund, 100))
		says(t, "refund", first, err, 0)
		for _, again := range []bank.Follow{following("re1", "pu1", bank.Refund, 100), following("re1", "pu2", bank.Capture, 9)} {
			if a, err := b.Follow(t.Context(), again); err != nil || a != first {
				t.Errorf("again: %+v %v, want %+v", a, err, first)
			}
		}
		early, err := b.Follow(t.Context(), following("ca9", "pu9", bank.Capture, 100))
		says(t, "capture before the charge", early, err, 11068)
		answer, err = b.Charge(t.Context(), charging(t, "pu9", unionPay, 100))
		says(t, "charge", answer, err, 0)
		if a, err := b.Follow(t.Context(), following("ca9", "pu9", bank.Capture, 100)); err != nil || a != early {
			t.Errorf("again: %+v %v, want %+v", a, err, early)
		}
		for reference, want := range map[string]bank.Answer{"re1": first, "ca9": early, "re2": {Outcome: bank.NotFound}} {
			if a, err := b.Inquire(t.Context(), reference); err != nil || a != want {
				t.Errorf("asked for %s: %+v %v, want %+v", reference, a, err, want)
			}
		}
		c, follows := books(t, b, "pu1")
		if c.Refunded != 100 || c.Received != 1 || !c.Secure || len(follows) != 1 || follows[0].Received != 3 || follows[0].Amount != 100 {
			t.Errorf("%+v %+v", c, follows)
		}
	})
}

// TestAReferenceNamesOneOperation, a charge or a follow-up.
func TestAReferenceNamesOneOperation(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		first, err := b.Charge(t.Context(), charging(t, "1", unionPay, 700))
		says(t, "charge", first, err, 0)
		answer, err := b.Follow(t.Context(), following("1", "1", bank.Reverse, 700))
		says(t, "reversal named as its charge", answer, err, 10039)
		second, err := b.Follow(t.Context(), following("2", "1", bank.Capture, 700))
		says(t, "capture", second, err, 0)
		answer, err = b.Charge(t.Context(), charging(t, "2", unionPay, 700))
		says(t, "charge named as a capture", answer, err, 10039)
		for reference, want := range map[string]bank.Answer{"1": first, "2": second} {
			if a, err := b.Inquire(t.Context(), reference); err != nil || a != want {
				t.Errorf("asked for %s: %+v %v, want %+v", reference, a, err, want)
			}
		}
		if c, follows := books(t, b, "1"); c.Reversed || c.Captured != 700 || len(follows) != 1 {
			t.Errorf("%+v %+v", c, follows)
		}
	})
}

func TestRefundsAtOnceNeverExceedTheCapture(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		atOnce := charging(t, "pu1", unionPay, 1000)
		atOnce.Capture = true
		answer, err := b.Charge(t.Context(), atOnce)
		says(t, "charge", answer, err, 0)
		var approved atomic.Int64
		var senders sync.WaitGroup
		for n := range 100 {
			senders.Go(func() {
				a, err := b.Follow(t.Context(), following(fmt.Sprint("re", n), "pu1", bank.Refund, 30))
				switch {
				case err != nil || a.Outcome == bank.Declined && a.Code != 10020:
					t.Errorf("%+v %v", a, err)
				case a.Outcome == bank.Approved:
					approved.Add(1)
				}
			})
		}
		senders.Wait()
		if c, follows := books(t, b, "pu1"); approved.Load() != 33 || c.Refunded != 990 || len(follows) != 100 {
			t.Errorf("%d refunds, %+v, %d follow-ups", approved.Load(), c, len(follows))
		}
	})
}

// TestAnOlderBankLearnsOfPurchases: who had one keeps its credits, and a bank that
// is opened again its purchases.
func TestAnOlderBankLearnsOfPurchases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		first, err := os.ReadFile("migrations/00001_credits.sql")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.MigrateFrom(t.Context(), fstest.MapFS{"00001_credits.sql": {Data: first}}, "simulator_version"); err != nil {
			t.Fatal(err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO simulator_credit VALUES ('po1', 700, 'KZT', 'mask', 10001, 1, 5, 5)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		c := clock.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
		b := open(t, db, c)
		kept, err := b.Inquire(t.Context(), "po1")
		says(t, "credit", kept, err, 10001)
		charge, err := b.Charge(t.Context(), charging(t, "pu1", unionPay, 700))
		says(t, "charge", charge, err, 0)
		if again, err := open(t, db, c).Inquire(t.Context(), "pu1"); err != nil || again != charge {
			t.Errorf("after another start: %+v %v, want %+v", again, err, charge)
		}
	})
}
