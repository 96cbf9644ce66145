package cardtoken

import (
	"strconv"
	"time"

	"tolem/internal/callback"
	"tolem/internal/engine"
	"tolem/internal/idempotency"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// ExpireKind is the kind of effect that ends a binding whose time is over.
const ExpireKind = "binding.expire"

func (k BindingKey) expiry() engine.EffectKey {
	return engine.EffectKey{MerchantID: k.MerchantID, Kind: ExpireKind, Subject: k.PaymentID}
}

// begin opens a session, or finds the one that the same call opened before.
type begin struct {
	call    idempotency.Call
	binding Binding
	repeats int64 // payment number of the session that is there already
	refusal *codes.Refusal
}

func (o *begin) Want(s *store.Set) { o.call.Want(s) }

func (o *begin) Decide(s *store.Set, now time.Time) {
	o.repeats, o.refusal = 0, nil
	switch verdict, subject := o.call.Check(s, now); verdict {
	case idempotency.Conflict:
		o.refusal = codes.Invalid("pg_idempotency_key", codes.KeyConflict)
		return
	case idempotency.Repeat:
		o.repeats, _ = strconv.ParseInt(subject, 10, 64)
		return
	}
	b := o.binding
	Bindings.Insert(s, b)
	engine.Schedule(s, b.expiry(), b.ExpiresAt, now)
	o.call.Remember(s, strconv.FormatInt(b.PaymentID, 10), now)
}

// challenge keeps the sealed card while the person passes 3-D Secure.
type challenge struct {
	key     BindingKey
	sealed  []byte
	binding Binding
}

func (o *challenge) Want(s *store.Set) { Bindings.Want(s, o.key) }

func (o *challenge) Decide(s *store.Set, now time.Time) {
	b, ok := Bindings.Get(s, o.key)
	if ok && b.State == Waiting && now.Before(b.ExpiresAt) {
		b.State, b.PendingCard = Challenging, o.sealed
		Bindings.Update(s, b)
	}
	o.binding = b
}

// finish ends a session with a token, or with the code of its failure.
type finish struct {
	key      BindingKey
	token    Token      // when code is 0
	code     codes.Code // why there is no token
	overdue  bool       // only when the session's time is over
	callback int64
	binding  Binding // as it is afterwards
}

func (o *finish) Want(s *store.Set) {
	Bindings.Want(s, o.key)
	if o.code == 0 {
		Tokens.Want(s, o.token.Key)
	}
}

func (o *finish) Decide(s *store.Set, now time.Time) {
	b, ok := Bindings.Get(s, o.key)
	o.binding = b
	if !ok || b.Final() {
		engine.Finish(s, o.key.expiry())
		return
	}
	late := !now.Before(b.ExpiresAt)
	if o.overdue && !late {
		engine.Schedule(s, o.key.expiry(), b.ExpiresAt, now)
		return
	}
	var token Token
	switch {
	case late:
		b.State, b.ErrorCode = Failed, codes.LifetimeOver
	case o.code != 0:
		b.State, b.ErrorCode = Failed, o.code
	default:
		token = Save(s, o.token, now)
		b.State, b.Token = Bound, token.Token
	}
	b.FinishedAt, b.PendingCard = now, nil
	Bindings.Update(s, b)
	engine.Finish(s, o.key.expiry())
	callback.Enqueue(s, notice(b, token, o.callback), now)
	o.binding = b
}

// remove deletes a token of a user. A repeat of the same call shows the token
// as the first one left it.
type remove struct {
	call    idempotency.Call
	key     Key
	named   string // the field that names the card
	user    string
	token   Token
	refusal *codes.Refusal
}

func (o *remove) Want(s *store.Set) {
	o.call.Want(s)
	Tokens.Want(s, o.key)
}

func (o *remove) Decide(s *store.Set, now time.Time) {
	o.refusal = nil
	verdict, _ := o.call.Check(s, now)
	t, ok := Tokens.Get(s, o.key)
	switch {
	case verdict == idempotency.Conflict:
		o.refusal = codes.Invalid("pg_idempotency_key", codes.KeyConflict)
	case !ok || t.UserID != o.user:
		o.refusal = &codes.Refusal{Code: codes.NotFoundObject, Field: o.named}
	case verdict == idempotency.Repeat:
		// The same key and the same fields: the token was deleted by this call.
	case t.Status == Deleted:
		o.refusal = &codes.Refusal{Code: codes.NotFoundObject, Field: o.named}
	default:
		t.Status, t.DeletedAt = Deleted, now
		Tokens.Update(s, t)
		o.call.Remember(s, t.Token, now)
	}
	o.token = t
}
