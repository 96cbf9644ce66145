package purchase_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tolem/internal/bank"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// change edits the database behind everybody's back.
func (h *house) change(sql string, args ...any) {
	h.t.Helper()
	err := h.DB.Update(h.t.Context(), func(tx *store.Tx) error {
		n, err := tx.Exec(h.t.Context(), sql, args...)
		if err == nil && n == 0 {
			h.t.Errorf("%s touches nothing", sql)
		}
		return err
	})
	if err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
}

// verifyFindsEveryKindOfDamage: each is done to books that are sound, found, and
// made good again.
func verifyFindsEveryKindOfDamage(h *house) {
	held, taken, part := h.paid("A-1", false, good), h.paid("A-2", true, good), h.paid("A-3", false, good)
	h.follow(part, bank.Capture, 100_000)
	gone := h.paid("A-4", false, good)
	h.follow(gone, bank.Reverse, 0)
	refund := h.follow(taken, bank.Refund, 50_000)
	open := h.create(h.proposal("A-5", true))
	if _, _, refusal, err := h.Follow(h.t.Context(), purchase.Ask{Key: taken.Key, Action: bank.Refund, Review: true}); refusal != nil || err != nil {
		h.t.Fatal(refusal, err)
	}
	h.shop.wait(h.t, "result", number(gone.Key), 1)
	h.sound()
	set := func(column, value, was string, k purchase.Key) [2]string {
		where := " WHERE payment_id = " + number(k)
		return [2]string{"UPDATE purchase SET " + column + " = " + value + where, "UPDATE purchase SET " + column + " = " + was + where}
	}
	step := func(column, value, was string) [2]string {
		where := " WHERE payment_id = " + number(refund.Key)
		return [2]string{"UPDATE purchase_step SET " + column + " = " + value + where, "UPDATE purchase_step SET " + column + " = " + was + where}
	}
	moved := func(k purchase.Key, ledgerStep string) [2]string {
		where := " WHERE payment_id = " + number(k) + " AND step = "
		return [2]string{"UPDATE transfer SET step = 9" + where + ledgerStep, "UPDATE transfer SET step = " + ledgerStep + where + "9"}
	}
	for what, damage := range map[string][2]string{
		"a hold that is captured in the row only":  set("state", "'captured'", "'authorized'", held.Key),
		"a hold that is voided in the row only":    set("state", "'voided'", "'authorized'", held.Key),
		"money of a declined purchase":             set("state", "'declined'", "'captured'", taken.Key),
		"a hold of an open purchase":               set("state", "'created'", "'voided'", gone.Key),
		"less captured than taken":                 set("captured", "captured - 1", "captured + 1", taken.Key),
		"less captured than taken of a hold":       set("captured", "captured - 1", "captured + 1", part.Key),
		"another fee than was charged":             set("fee", "fee + 1", "fee - 1", taken.Key),
		"more refunded than its refunds":           set("refunded", "refunded + 1", "refunded - 1", taken.Key),
		"less refunded than its refunds":           set("refunded", "0", "50000", taken.Key),
		"a rejection that nobody heeds":            set("reason", "'no'", "''", held.Key),
		"busy with nothing":                        set("busy", "7", "0", held.Key),
		"busy though it is over":                   set("busy", "7", "0", taken.Key),
		"a refund that was refused but paid":       step("state", "'error'", "'success'"),
		"a refund that is pending but paid":        step("state", "'pending'", "'success'"),
		"a refund that was rejected but paid":      step("state", "'rejected'", "'success'"),
		"a refund that waits but is paid":          step("state", "'requested'", "'success'"),
		"a refund that was approved without money": {"UPDATE purchase_step SET state = 'approved' WHERE state = 'requested'", "UPDATE purchase_step SET state = 'requested' WHERE state = 'approved'"},
		"a refund of another purchase":             step("parent_id", number(part.Key), number(taken.Key)),
		"a refund of more than was booked":         step("amount", "amount + 1", "amount - 1"),
		"a cancel that is pending unknown to all":  step("action", "'reverse', state = 'pending'", "'refund', state = 'success'"),
		"a hold without its transfer":              moved(held.Key, "1"),
		"a void without its transfer":              moved(gone.Key, "1"),
		"a capture without its transfer":           moved(taken.Key, "3"),
		"a fee without its transfer":               moved(taken.Key, "4"),
		"a refund without its transfer":            moved(refund.Key, "1"),
		"a page that never closes":                 {"UPDATE effect SET kind = 'lost' WHERE kind = 'purchase.expire' AND subject = " + number(open.Key), "UPDATE effect SET kind = 'purchase.expire' WHERE kind = 'lost'"},
		"a hold that is never captured":            {"UPDATE effect SET kind = 'lost' WHERE kind = 'purchase.capture' AND subject = " + number(held.Key), "UPDATE effect SET kind = 'purchase.capture' WHERE kind = 'lost'"},
		"a charge that nobody asks the bank about": set("state", "'sent'", "'created'", open.Key),
	} {
		h.change(damage[0])
		if len(h.problems()) == 0 {
			h.t.Errorf("%s is not found", what)
		}
		h.change(damage[1])
		if problems := h.problems(); len(problems) > 0 {
			h.t.Fatalf("%s is not made good: %v", what, problems)
		}
	}
}

// holdsNoCardNumber fails if files hold one, whatever was paid with. S6.
func holdsNoCardNumber(t *testing.T, pattern string) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	masked := false
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		masked = masked || strings.Contains(string(content), "6224-46XX-XXXX-XXX1-278")
		for _, number := range numbers {
			if strings.Contains(string(content), number) {
				t.Errorf("%s holds a card number", filepath.Base(name))
			}
		}
	}
	if !masked {
		t.Error("the masks are not there either: that proves nothing")
	}
}
