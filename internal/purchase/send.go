package purchase

import (
	"cmp"
	"encoding/json"
	"time"

	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/store"
	"tolem/internal/threeds"
)

// ChargeKind is the kind of effect that asks the bank to authorise.
const ChargeKind = "purchase.charge"

func (k Key) charging() engine.EffectKey {
	return engine.EffectKey{MerchantID: k.MerchantID, Kind: ChargeKind, Subject: k.PaymentID}
}

// parcel is what the bank is sent. It is only ever in memory: the security code is
// stored nowhere, so a purchase whose node died is never sent by another.
type parcel struct {
	row  Row
	card cardtoken.Card
}

// challenge leaves the payer to the card's issuer. The card waits, sealed.
type challenge struct {
	seen    Row
	shown   Shown
	sealed  []byte
	until   time.Time // the merchant keeps the order no longer; zero sets no limit
	contact Contact
	result  Row
}

func (o *challenge) Merchant() int64 { return o.seen.MerchantID }

func (o *challenge) Want(s *store.Set) { Rows.Want(s, o.seen.Key) }

func (o *challenge) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.seen.Key)
	if o.result = row; !ok || !row.Open(now) || row.Amount == 0 {
		return
	}
	row.State, row.PendingCard, row.Method, row.Contact = Challenged, o.sealed, Bankcard, o.contact
	row.show(o.shown)
	// A lifetime that ends while the payer types the code does not end the purchase.
	if row.ExpiresAt = now.Add(threeds.Life + threeds.Grace); !o.until.IsZero() && o.until.Before(row.ExpiresAt) {
		row.ExpiresAt = o.until // but an order that the merchant lets go does
	}
	engine.Schedule(s, row.expiry(), row.ExpiresAt, now)
	Rows.Update(s, row)
	o.result = row
}

// send hands the purchase to the bank: once, whatever is clicked and reloaded.
type send struct {
	seen    Row
	parcel  parcel
	shown   Shown
	token   cardtoken.Key // of the saved card that pays, zero for a typed one
	cardID  int64
	sealed  []byte // the card, if it is to be kept once the bank has approved
	secure  bool
	method  string  // how it is paid
	contact Contact // as told; the one that came before 3-D Secure stays
	result  Row
}

func (o *send) Merchant() int64 { return o.seen.MerchantID }

func (o *send) Want(s *store.Set) { Rows.Want(s, o.seen.Key) }

func (o *send) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.seen.Key)
	o.result = row
	ready := row.Open(now)
	if o.secure {
		ready = row.State == Challenged && now.Before(row.ExpiresAt)
	}
	if !ok || !ready || row.Amount == 0 {
		return
	}
	row.State, row.SentAt, row.PendingCard, row.Method, row.Secure = Sent, now, o.sealed, o.method, o.secure
	row.CardToken, row.CardID, row.Contact = o.token.Token, o.cardID, cmp.Or(o.contact, row.Contact)
	row.show(o.shown)
	row.Fee = row.fee(row.Amount)
	engine.Finish(s, row.expiry())
	o.parcel.row = row
	engine.Hand(s, row.charging(), now, o.parcel)
	Rows.Update(s, row)
	o.result = row
}

// Bankcard is the method of card payments (01, 1.9). Those of wallets are wallet.Kind.
const Bankcard = "bankcard"

func (r *Row) show(s Shown) {
	text, _ := json.Marshal(s) // strings marshal
	r.ShownText = string(text)
}

// shown is what a merchant sees of a card.
func shown(c cardtoken.Card) Shown {
	return Shown{Mask: c.PAN.Mask(), Holder: c.Holder, Expiry: c.Expiry.String(), Brand: c.PAN.Brand()}
}
