package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tolem/internal/clock"
	"tolem/internal/platform"
	"tolem/internal/store"
)

// epoch is when every history begins.
var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Histories plays many histories on copies of data that are made once.
type Histories struct {
	dir string
}

// Prepare makes the data in dir: the demo merchant and its saved card, no money.
func Prepare(ctx context.Context, dir string) (*Histories, error) {
	h := &Histories{dir: dir}
	server, err := platform.Start(ctx, platform.Config{Listen: "127.0.0.1:0", Data: filepath.Join(dir, "made"), Clock: clock.At(epoch)})
	if err != nil {
		return nil, err
	}
	if err := server.Close(ctx); err != nil {
		return nil, err
	}
	i, err := platform.Open(ctx, platform.Config{Data: filepath.Join(dir, "made"), Clock: clock.At(epoch)})
	if err != nil {
		return nil, err
	}
	return h, errors.Join(empty(ctx, i), i.Close())
}

// empty takes the demo merchant's money away: each history brings its own.
func empty(ctx context.Context, i *platform.Installation) error {
	return i.DB.Update(ctx, func(tx *store.Tx) error {
		for _, table := range []string{"transfer", "account", "effect", "callback", "callback_attempt"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
}

// Play plays the history of a seed.
func (h *Histories) Play(ctx context.Context, seed uint64, steps int) (err error) {
	dir, err := os.MkdirTemp(h.dir, fmt.Sprint("seed-", seed, "-"))
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"tolem.db", "vault.key"} {
		if err := copyFile(filepath.Join(h.dir, "made", name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	i, err := platform.Open(ctx, platform.Config{Data: dir, Clock: clock.At(epoch)})
	if err != nil {
		return err
	}
	return errors.Join(Play(ctx, seed, steps, i), i.Close())
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
