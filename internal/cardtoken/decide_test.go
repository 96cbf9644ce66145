package cardtoken

import (
	"strings"
	"testing"
	"time"

	"tolem/internal/callback"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

const shopID int64 = 700123

// world is the state of one merchant in memory.
type world struct {
	set  *store.Set
	now  time.Time
	next int64
}

func newWorld() *world {
	return &world{set: store.NewSet(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), next: 100}
}

func (w *world) do(o engine.Operation) {
	o.Want(w.set)
	o.Decide(w.set, w.now)
}

func (w *world) id() int64 {
	w.next++
	return w.next
}

func (w *world) begin(purpose Purpose) Binding {
	o := &begin{call: idempotency.Call{MerchantID: shopID}, binding: Binding{
		BindingKey: BindingKey{shopID, w.id()}, Purpose: purpose, Test: true, State: Waiting, UserID: "drv-88", OrderID: "bind-77",
		BackLink: "https://shop.example/cards", PostLink: "https://shop.example/cb/card-saved", CreatedAt: w.now, ExpiresAt: w.now.Add(SessionLife),
	}}
	w.do(o)
	return o.binding
}

func (w *world) finish(b Binding, token string, code codes.Code) Binding {
	o := &finish{key: b.BindingKey, code: code, callback: w.id(), token: Token{
		Key: Key{shopID, token}, CardID: w.id(), UserID: "drv-88", Purpose: b.Purpose, Test: true, Sealed: []byte("sealed"),
		Mask: "4671-59XX-XXXX-8252", HHash: strings.Repeat("0", 32), Bank: "Example Bank", Country: "KZ",
	}}
	w.do(o)
	return o.binding
}

func (w *world) notices() []callback.Row { return callback.Rows.Written(w.set) }

func TestABindingEndsOnceWithOneCallback(t *testing.T) {
	w := newWorld()
	b := w.begin(ForPayout)
	if after := w.finish(b, "t1", 0); after.State != Bound || after.Token != "t1" {
		t.Fatalf("%s, token %q", after.State, after.Token)
	}
	if after := w.finish(b, "t2", 0); after.Token != "t1" {
		t.Errorf("a second submission changed the token to %q", after.Token)
	}
	if after := w.finish(b, "t2", codes.ContactIssuer); after.State != Bound {
		t.Errorf("a late failure made it %s", after.State)
	}
	if n := w.notices(); len(n) != 1 || !strings.Contains(n[0].Message, `"pg_status","success"`) || n[0].Form != callback.XML {
		t.Errorf("%d callbacks: %+v", len(n), n)
	}
	if _, ok := engine.Effects.Held(w.set, b.expiry()); ok {
		t.Error("the timer is still there")
	}
}

func TestAPayoutCardsCallbackHasNoExpiry(t *testing.T) {
	w := newWorld()
	w.finish(w.begin(ForPayout), "t1", 0)
	message := w.notices()[0].Message
	for _, absent := range []string{"pg_card_month", "pg_card_year", "pg_recurring_profile_id"} {
		if strings.Contains(message, absent) {
			t.Errorf("%s is in %s", absent, message)
		}
	}
	if !strings.Contains(message, `"pg_card_3ds","0"`) {
		t.Errorf("pg_card_3ds is not 0 in %s", message)
	}
}

func TestAFailureTellsWhyAndNoCard(t *testing.T) {
	w := newWorld()
	b := w.finish(w.begin(ForPurchase), "t1", codes.CardDataSecurity)
	if b.State != Failed || b.ErrorCode != codes.CardDataSecurity {
		t.Fatalf("%s %d", b.State, b.ErrorCode)
	}
	message := w.notices()[0].Message
	if strings.Contains(message, "pg_card") || !strings.Contains(message, `"pg_error_code","10007"`) || !strings.Contains(message, `"pg_type","error"`) {
		t.Errorf("%s", message)
	}
	if _, ok := Tokens.Held(w.set, Key{shopID, "t1"}); ok {
		t.Error("a failed binding left a token")
	}
}

func TestASessionExpires(t *testing.T) {
	w := newWorld()
	b := w.begin(ForPayout)
	early := &finish{key: b.BindingKey, code: codes.LifetimeOver, overdue: true, callback: w.id()}
	if w.do(early); early.binding.State != Waiting {
		t.Fatalf("expired early: %s", early.binding.State)
	}
	w.now = w.now.Add(SessionLife)
	if after := w.finish(b, "t1", 0); after.State != Failed || after.ErrorCode != codes.LifetimeOver {
		t.Errorf("submitted after its time: %s %d", after.State, after.ErrorCode)
	}
}

func TestTheSameCardComesBackAsTheSameToken(t *testing.T) {
	w := newWorld()
	w.finish(w.begin(ForPayout), "t1", 0)
	first, _ := Tokens.Held(w.set, Key{shopID, "t1"})
	o := &remove{call: idempotency.Call{MerchantID: shopID}, key: first.Key, user: "drv-88"}
	if w.do(o); o.refusal != nil || o.token.Status != Deleted || o.token.DeletedAt != w.now {
		t.Fatalf("%v %+v", o.refusal, o.token)
	}
	w.now = w.now.Add(time.Hour)
	w.finish(w.begin(ForPayout), "t1", 0)
	again, _ := Tokens.Held(w.set, Key{shopID, "t1"})
	if again.Status != Approved || again.CardID != first.CardID || again.CreatedAt != first.CreatedAt || !again.DeletedAt.IsZero() {
		t.Errorf("%+v, before %+v", again, first)
	}
}

func TestRemoveRefusesWhatIsNotTheUsers(t *testing.T) {
	w := newWorld()
	w.finish(w.begin(ForPayout), "t1", 0)
	for name, o := range map[string]*remove{
		"unknown": {key: Key{shopID, "t2"}, user: "drv-88"},
		"foreign": {key: Key{shopID, "t1"}, user: "drv-89"},
	} {
		o.call = idempotency.Call{MerchantID: shopID}
		if w.do(o); o.refusal == nil || o.refusal.Code != codes.NotFoundObject {
			t.Errorf("%s: %v", name, o.refusal)
		}
	}
	keyed := idempotency.Call{MerchantID: shopID, Key: "k", Script: "remove", Fingerprint: []byte("a")}
	for range 2 {
		o := &remove{call: keyed, key: Key{shopID, "t1"}, user: "drv-88"}
		if w.do(o); o.refusal != nil || o.token.Status != Deleted {
			t.Errorf("with a key: %v", o.refusal)
		}
	}
	o := &remove{call: idempotency.Call{MerchantID: shopID}, key: Key{shopID, "t1"}, user: "drv-88"}
	if w.do(o); o.refusal == nil || o.refusal.Code != codes.NotFoundObject {
		t.Errorf("deleted already: %v", o.refusal)
	}
}

func TestAKeyOpensOneSession(t *testing.T) {
	w := newWorld()
	call := idempotency.Call{MerchantID: shopID, Key: "k", Script: "add", Fingerprint: []byte("a")}
	open := func() *begin {
		o := &begin{call: call, binding: Binding{BindingKey: BindingKey{shopID, w.id()}, ExpiresAt: w.now.Add(SessionLife)}}
		w.do(o)
		return o
	}
	first := open()
	if again := open(); again.repeats != first.binding.PaymentID {
		t.Errorf("repeats %d, want %d", again.repeats, first.binding.PaymentID)
	}
	call.Fingerprint = []byte("b")
	if other := open(); other.refusal == nil || other.refusal.Field != "pg_idempotency_key" {
		t.Errorf("%v", other.refusal)
	}
}

func TestAChallengeIsKeptOnlyWhileTheSessionWaits(t *testing.T) {
	w := newWorld()
	b := w.begin(ForPurchase)
	o := &challenge{key: b.BindingKey, sealed: []byte("sealed")}
	if w.do(o); o.binding.State != Challenging || string(o.binding.PendingCard) != "sealed" {
		t.Fatalf("%+v", o.binding)
	}
	if after := w.finish(b, "t1", 0); len(after.PendingCard) != 0 {
		t.Error("the pending card is kept after the end")
	}
	late := &challenge{key: b.BindingKey, sealed: []byte("again")}
	if w.do(late); late.binding.State != Bound {
		t.Errorf("a finished session went back to %s", late.binding.State)
	}
}
