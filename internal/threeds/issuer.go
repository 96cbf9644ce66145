package threeds

import (
	"context"
	"fmt"
	"time"

	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/ids"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// Issuer is the simulated bank of the card holder.
type Issuer struct {
	DB     *store.DB
	Engine engine.Node
	Vault  *vault.Vault
	Clock  clock.Clock
}

// PagePath is the path of a challenge's page (R20).
func (i *Issuer) PagePath(k Key) string { return "/v2/user/3ds-page/" + i.pageKey(k) }

func (i *Issuer) pageKey(k Key) string {
	return ids.UUID(i.Vault.Fingerprint("3ds", fmt.Append(nil, k.MerchantID), fmt.Append(nil, k.PaymentID)))
}

// Begin sets a challenge, once per payment.
func (i *Issuer) Begin(c Challenge) (Challenge, error) {
	c.PageHash = ids.PageHash(i.pageKey(c.Key))
	o := &begin{challenge: c}
	err := i.Engine.Do(o)
	return o.challenge, err
}

// Find is the challenge of a payment as it stands now.
func (i *Issuer) Find(ctx context.Context, k Key) (c Challenge, ok bool, err error) {
	err = i.DB.View(ctx, func(tx *store.Tx) (err error) {
		c, ok, err = Challenges.Find(ctx, tx, k)
		return err
	})
	return c.At(i.Clock.Now()), ok, err
}

// Page is the challenge that a page key opens.
func (i *Issuer) Page(ctx context.Context, pageKey string) (c Challenge, ok bool, err error) {
	var found []Challenge
	err = i.DB.View(ctx, func(tx *store.Tx) (err error) {
		found, err = Challenges.Select(ctx, tx, "WHERE page_hash = $1", ids.PageHash(pageKey))
		return err
	})
	if err != nil || len(found) == 0 {
		return c, false, err
	}
	return found[0].At(i.Clock.Now()), true, nil
}

// Answer takes the code that the card holder typed, or the wish to cancel.
func (i *Issuer) Answer(k Key, code string, cancel bool) (Challenge, error) {
	o := &answer{key: k, code: code, cancel: cancel}
	err := i.Engine.Do(o)
	return o.challenge, err
}

type begin struct{ challenge Challenge }

func (o *begin) Want(s *store.Set) { Challenges.Want(s, o.challenge.Key) }

func (o *begin) Decide(s *store.Set, now time.Time) {
	if known, ok := Challenges.Get(s, o.challenge.Key); ok {
		o.challenge = known.At(now)
		return
	}
	o.challenge.State, o.challenge.CreatedAt, o.challenge.ExpiresAt = Open, now, now.Add(Life)
	Challenges.Insert(s, o.challenge)
}

type answer struct {
	key       Key
	code      string
	cancel    bool
	challenge Challenge
}

func (o *answer) Want(s *store.Set) { Challenges.Want(s, o.key) }

func (o *answer) Decide(s *store.Set, now time.Time) {
	c, ok := Challenges.Get(s, o.key)
	if !ok {
		return
	}
	if after := c.answered(o.code, o.cancel, now); after != c {
		Challenges.Update(s, after)
		c = after
	}
	o.challenge = c
}
