package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tolem/internal/cardtoken"
	"tolem/internal/clock"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/payout"
	"tolem/internal/platform"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// epoch is when every history begins.
var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Prepare makes data in dir for players: the demo merchant with its saved card, and
// its tariffs.
func Prepare(ctx context.Context, dir string) error {
	server, err := platform.Start(ctx, platform.Config{Listen: "127.0.0.1:0", Data: dir, Clock: clock.At(epoch)})
	if err != nil {
		return err
	}
	_, err = server.Merchants.Change(ctx, platform.DemoMerchant, func(m *merchant.Merchant) error {
		m.Settings.PayoutTariff = money.Tariff{Share: 150, Fixed: 10}
		m.Settings.PurchaseTariff = money.Tariff{Share: 290, Fixed: 7}
		return nil
	})
	return errors.Join(err, server.Close(ctx))
}

// Player plays histories, one after the other, on a copy of the prepared data.
type Player struct {
	house *platform.Installation
	db    *store.DB
	token string // of the saved card
}

// NewPlayer copies what Prepare made in a directory to another one, which must be
// there, and opens it until Close.
func NewPlayer(ctx context.Context, prepared, dir string) (*Player, error) {
	for _, name := range []string{"tolem.db", "vault.key"} {
		if err := copyFile(filepath.Join(prepared, name), filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	house, err := platform.Open(ctx, platform.Config{Data: dir, Clock: clock.At(epoch)})
	if err != nil {
		return nil, err
	}
	// No history waits for the disk.
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "tolem.db"), store.Options{Relaxed: true, Connections: 1})
	if err != nil {
		return nil, errors.Join(err, house.Close())
	}
	p := &Player{house: house, db: db}
	err = db.View(ctx, func(tx *store.Tx) error {
		tokens, err := cardtoken.Tokens.Select(ctx, tx, "WHERE merchant_id = $1 AND user_id = $2", platform.DemoMerchant, User)
		if err == nil && len(tokens) == 0 {
			err = errors.New("the prepared data have no saved card")
		}
		if err == nil {
			p.token = tokens[0].Token
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close closes the data.
func (p *Player) Close() error { return errors.Join(p.db.Close(), p.house.Close()) }

// Play plays the history of a seed. It returns what happened, a line each, and an
// error when something went wrong that tells the seed and the last lines.
func (p *Player) Play(ctx context.Context, seed uint64, steps int) (trace []string, err error) {
	if err := p.empty(ctx); err != nil {
		return nil, err
	}
	w := &World{
		chances: rand.New(rand.NewPCG(seed, 0)), clock: clock.At(epoch), db: p.db, house: p.house, token: p.token,
		final: map[int64]payout.State{}, states: map[int64]purchase.State{}, steps: map[int64]purchase.StepState{},
	}
	w.habits = w.draw()
	w.say("habits %+v", w.habits)
	if err := w.furnish(ctx); err != nil {
		return w.trace, err
	}
	for step := 0; step < steps && w.failure == nil; step++ {
		w.step(ctx)
		w.check(ctx)
	}
	w.finish(ctx)
	if w.failure != nil {
		last := w.trace[max(0, len(w.trace)-60):]
		err = fmt.Errorf("seed %d: %w\n%s", seed, w.failure, strings.Join(last, "\n"))
	}
	return w.trace, err
}

// empty takes away what the last history left, and the demo merchant's money.
func (p *Player) empty(ctx context.Context) error {
	return p.db.Update(ctx, func(tx *store.Tx) error {
		for _, table := range []string{
			"transfer", "account", "effect", "payout", "purchase", "purchase_step", "purchase_profile", "challenge",
			"callback", "callback_attempt", "idempotency", "number_block WHERE name <> 'card'", "card_token WHERE purpose = 'purchase'",
		} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
