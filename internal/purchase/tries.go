package purchase

import (
	"context"
	"time"

	"tolem/internal/engine"
	"tolem/internal/store"
)

// A page makes us ask its merchant once for each try of the payer, and a script tries
// without end. So a purchase has mostTries tries in all, of which a minute's worth may
// come at once; then there is one every tryPause.
const (
	mostTries = 30
	tryPause  = 12 * time.Second
)

// Patience is whether a merchant may be asked about a purchase once more.
type Patience int

// The kinds of Patience.
const (
	Asked Patience = iota // it may be asked, and was
	Later                 // not so soon after the last tries
	Never                 // it was asked too often already
)

// try counts a try, if one is left now. The tries of the last time are all paid off,
// one every tryPause, at the purchase's TriesEnd.
type try struct {
	key      Key
	patience Patience
}

func (o *try) Merchant() int64 { return o.key.MerchantID }

func (o *try) Want(s *store.Set) { Rows.Want(s, o.key) }

func (o *try) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.key)
	end := row.TriesEnd
	if end.Before(now) {
		end = now
	}
	end = end.Add(tryPause)
	switch {
	case !ok || row.Tries >= mostTries:
		o.patience = Never
	case end.Sub(now) > time.Minute:
		o.patience = Later
	default:
		o.patience = Asked
		row.Tries, row.TriesEnd = row.Tries+1, end
		Rows.Update(s, row)
	}
}

func (p *Service) try(ctx context.Context, k Key) (Patience, error) {
	o := &try{key: k}
	err := engine.Await(ctx, p.Engine, o)
	return o.patience, err
}
