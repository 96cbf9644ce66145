package idempotency_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tolem/internal/idempotency"
	"tolem/internal/pgtest"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// message is the fields of "name", "value", "name", "value", ...
func message(fields ...string) (m pg.Message) {
	for i := 0; i < len(fields); i += 2 {
		m = append(m, pg.Field{Name: fields[i], Value: fields[i+1]})
	}
	return m
}

var usual = []string{"pg_amount", "25", "pg_order_id", "A-7", "pg_idempotency_key", "k", "pg_salt", "s", "pg_sig", "abc"}

func call(fields ...string) idempotency.Call {
	return idempotency.Of(700123, "reg2reg", message(fields...))
}

func TestOnlySaltAndSignatureMayDiffer(t *testing.T) {
	first := call(usual...)
	for name, c := range map[string]struct {
		call idempotency.Call
		same bool
	}{
		"other salt and signature": {call("pg_amount", "25", "pg_order_id", "A-7", "pg_idempotency_key", "k", "pg_salt", "t", "pg_sig", "def"), true},
		"other order":              {call("pg_sig", "abc", "pg_salt", "s", "pg_order_id", "A-7", "pg_idempotency_key", "k", "pg_amount", "25"), true},
		"other value":              {call("pg_amount", "26", "pg_order_id", "A-7", "pg_idempotency_key", "k"), false},
		"one more field":           {call("pg_amount", "25", "pg_order_id", "A-7", "pg_idempotency_key", "k", "x", "1"), false},
		"one field less":           {call("pg_order_id", "A-7", "pg_idempotency_key", "k"), false},
		// pg_sig covers the values only (S1).
		"renamed field": {call("a", "25", "pg_order_id", "A-7", "pg_idempotency_key", "k"), false},
		"moved border":  {call("pg_amount", "25&pg_order_id=A-7", "pg_idempotency_key", "k"), false},
		"other script":  {idempotency.Of(700123, "reg2nonreg", message(usual...)), false},
		"salt inside a list": {idempotency.Of(700123, "reg2reg", append(message(usual...),
			pg.Field{Name: "list", Nested: message("pg_salt", "s")})), false},
	} {
		if same := bytes.Equal(c.call.Fingerprint, first.Fingerprint); same != c.same {
			t.Errorf("%s: same %v", name, same)
		}
	}
}

func TestRepeatedFieldsKeepTheirOrder(t *testing.T) {
	keyed := func(fields ...string) idempotency.Call { return call(append(fields, "pg_idempotency_key", "k")...) }
	ab, ba := keyed("a", "1", "a", "2", "b", "3"), keyed("a", "2", "a", "1", "b", "3")
	if bytes.Equal(ab.Fingerprint, ba.Fingerprint) {
		t.Error("elements of a list were swapped unseen")
	}
	if moved := keyed("b", "3", "a", "1", "a", "2"); !bytes.Equal(ab.Fingerprint, moved.Fingerprint) {
		t.Error("another field before a list is a difference")
	}
}

func TestTheOrderOfFieldsNeverMatters(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		fields := rapid.SliceOfNDistinct(rapid.Custom(func(r *rapid.T) pg.Field {
			return pg.Field{Name: rapid.String().Draw(r, "name"), Value: rapid.String().Draw(r, "value")}
		}), 0, 6, func(f pg.Field) string { return f.Name }).Draw(r, "fields")
		fields = append(fields, pg.Field{Name: "pg_idempotency_key", Value: "k"})
		shuffled := rapid.Permutation(fields).Draw(r, "shuffled")
		if a, b := idempotency.Of(1, "x", fields), idempotency.Of(1, "x", shuffled); a.Fingerprint == nil || !bytes.Equal(a.Fingerprint, b.Fingerprint) {
			r.Fatalf("%x, %x", a.Fingerprint, b.Fingerprint)
		}
	})
}

func TestTheVerySameMessage(t *testing.T) {
	first := call(usual...)
	if again := call(usual...); again.Message != first.Message {
		t.Error("it is not the same")
	}
	upper := append(usual[:len(usual)-1:len(usual)-1], "ABC")
	if again := call(upper...); again.Message != first.Message {
		t.Error("the case of the signature matters (R4)")
	}
	for name, other := range map[string]idempotency.Call{
		"salt":      call("pg_salt", "t", "pg_sig", "abc"),
		"signature": call("pg_salt", "s", "pg_sig", "def"),
		"border":    call("pg_salt", "", "pg_sig", "s\x00abc"),
		"script":    idempotency.Of(700123, "to_iban", message(usual...)),
	} {
		if other.Message == first.Message {
			t.Errorf("another %s is the same message", name)
		}
	}
}

// ask runs one call: check, and remember when it is new.
func ask(t testing.TB, db *store.DB, c idempotency.Call, subject string, at time.Time) (verdict idempotency.Verdict, result string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		set := store.NewSet()
		c.Want(set)
		if err := set.Load(t.Context(), tx); err != nil {
			return err
		}
		if verdict, result = c.Check(set, at); verdict == idempotency.Fresh {
			c.Remember(set, subject, at)
			if again, now := c.Check(set, at); c.Key != "" && (again != idempotency.Repeat || now != subject) {
				t.Errorf("in the same transaction: %v %q", again, now)
			}
		}
		return set.Flush(t.Context(), tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	return verdict, result
}

func TestAKeyDoesItsThingOnce(t *testing.T) {
	const days = 24 * time.Hour
	changed := call("pg_amount", "26", "pg_order_id", "A-7", "pg_idempotency_key", "k")
	other := idempotency.Of(700124, "reg2reg", message(usual...))
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for i, c := range []struct {
			call    idempotency.Call
			at      time.Duration
			verdict idempotency.Verdict
			subject string
		}{
			{call(usual...), 0, idempotency.Fresh, ""},
			{call(usual...), time.Second, idempotency.Repeat, "0"},
			{changed, time.Second, idempotency.Conflict, ""},
			{other, time.Second, idempotency.Fresh, ""}, // a key is its merchant's
			{other, 2 * time.Second, idempotency.Repeat, "3"},
			{call("pg_amount", "25"), 0, idempotency.Fresh, ""}, // no key
			{call("pg_amount", "25"), 0, idempotency.Fresh, ""},
			{call(usual...), 30*days - 1, idempotency.Repeat, "0"},
			{changed, 30 * days, idempotency.Fresh, ""}, // expired, though not purged yet
			{call(usual...), 31 * days, idempotency.Conflict, ""},
			{changed, 31 * days, idempotency.Repeat, "8"},
		} {
			verdict, subject := ask(t, db, c.call, string(rune('0'+i)), now.Add(c.at))
			if verdict != c.verdict || subject != c.subject {
				t.Errorf("%d: %v %q, want %v %q", i, verdict, subject, c.verdict, c.subject)
			}
		}
	})
}

func TestPurgeForgetsWhatExpiredButNoPayout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		card, payout := call("pg_idempotency_key", "card"), call("pg_idempotency_key", "payout")
		ask(t, db, card, "77", now)
		ask(t, db, payout, idempotency.Payout+"78", now)
		later := now.Add(30 * 24 * time.Hour)
		for _, c := range []struct {
			at   time.Time
			left int64
		}{{later.Add(-time.Microsecond), 2}, {later, 1}, {later.AddDate(50, 0, 0), 1}} {
			var left int64
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				if err := idempotency.Purge(t.Context(), tx, c.at); err != nil {
					return err
				}
				return tx.Query(t.Context(), "SELECT COUNT(*) FROM idempotency", nil, func(scan func(...any) error) error { return scan(&left) })
			})
			if err != nil || left != c.left {
				t.Errorf("at %v %d are left, want %d (%v)", c.at, left, c.left, err)
			}
		}
		if verdict, subject := ask(t, db, payout, "", later.AddDate(50, 0, 0)); verdict != idempotency.Repeat || subject != "payout78" {
			t.Errorf("%v %q", verdict, subject)
		}
	})
}

// TestAReplayIsFoundWithinTheWindow: the name under which a message is stored is
// one of the two under which its replay is looked for.
func TestAReplayIsFoundWithinTheWindow(t *testing.T) {
	c := call(usual...)
	rapid.Check(t, func(r *rapid.T) {
		const half, window = 30 * 60, int64(idempotency.Window / time.Second)
		came := time.Unix(half*rapid.Int64Range(950_000, 1_050_000).Draw(r, "half hour")+rapid.Int64Range(-window-1, window+1).Draw(r, "past it"), 0)
		later := time.Duration(rapid.Int64Range(-window, window).Draw(r, "later")) * time.Second
		stored, _ := c.Replay(came)
		now, near := c.Replay(came.Add(later))
		if stored != now && stored != near {
			r.Fatalf("stored as %s, looked for as %s and %s", stored, now, near)
		}
	})
	if now, near := (idempotency.Call{}).Replay(time.Unix(1_700_000_000, 0)); now != "" || near != "" {
		t.Error("a call without a message has a name")
	}
}
