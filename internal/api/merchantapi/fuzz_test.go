package merchantapi

import (
	"errors"
	"testing"
	"time"

	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

// FuzzMoment: a time limit is the same when it is read again as the protocol writes it, and an instant in every zone.
func FuzzMoment(f *testing.F) {
	for _, seed := range []string{"2026-01-02 03:04:05", "2026-1-2 3:4:5", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-02-30 00:00:00", "2026-01-02 03:04:05.5", "0000-01-01 00:00:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var m, again moment
		if err := m.UnmarshalText([]byte(text)); err != nil {
			if reason := (codes.Reason{}); !errors.As(err, &reason) {
				t.Fatalf("error %v gives no reason", err)
			}
			return
		}
		if err := again.UnmarshalText([]byte(m.civil.Format(time.DateTime))); err != nil || again != m {
			t.Fatalf("%q is read as %v and again as %v, %v", text, m.civil, again.civil, err)
		}
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("Almaty", 5*60*60)} {
			at, shown := m.In(zone), m.civil
			if first := time.Unix(1, 0); shown.Before(first) {
				shown = first
			}
			if at.Location() != time.UTC || at.Nanosecond() != 0 || at.Sub(shown).Abs() > 24*time.Hour || at.Unix() < 1 || !time.UnixMicro(at.UnixMicro()).Equal(at) {
				t.Errorf("%q in %v is %v", text, zone, at)
			}
		}
	})
}

// FuzzAmountField: an amount is within its bounds or refused with a reason.
func FuzzAmountField(f *testing.F) {
	for _, seed := range []string{"0.01", "99999999", "99999999.01", "0", "0.001", "x", "9999999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := amount(-1)
		err := a.UnmarshalText([]byte(text))
		if reason := (codes.Reason{}); err != nil && (!errors.As(err, &reason) || a != -1) {
			t.Fatalf("%q: error %v, amount %d", text, err, a)
		}
		if minor, wrong := money.ParseAmount(text); err == nil && (wrong != nil || money.Amount(a) != minor || minor < leastAmount || minor > mostAmount) {
			t.Errorf("%q is read as %d", text, a)
		}
	})
}
