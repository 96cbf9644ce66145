package vault

import (
	"context"

	"tolem/internal/store"
)

// resealed is how many rows are sealed anew in one transaction.
const resealed = 200

// Reseal puts the sealed column of a table under the newest key of a family, a
// few hundred rows at a time so that payments go on, and returns how many it
// changed. sealed points to a row's ciphertext; associated are the data it was
// sealed with. Rows whose ciphertext is empty are passed over.
func Reseal[K comparable, R any](ctx context.Context, db *store.DB, v *Vault, f Family, t *store.Table[K, R],
	order string, keyOf func(*R) K, sealed func(*R) *[]byte, associated func(*R) []byte) (changed int, err error) {
	for offset := 0; ; offset += resealed {
		var stale []K
		page := 0
		err = db.View(ctx, func(tx *store.Tx) error {
			rows, err := t.Select(ctx, tx, "ORDER BY "+order+" LIMIT $1 OFFSET $2", resealed, offset)
			page = len(rows)
			for i := range rows {
				if box := *sealed(&rows[i]); len(box) > 0 && v.Stale(f, box) {
					stale = append(stale, keyOf(&rows[i]))
				}
			}
			return err
		})
		if err == nil && len(stale) > 0 {
			err = db.Update(ctx, func(tx *store.Tx) error { return reseal(ctx, tx, v, f, t, stale, sealed, associated) })
			changed += len(stale)
		}
		if err != nil || page < resealed {
			return changed, err
		}
	}
}

func reseal[K comparable, R any](ctx context.Context, tx *store.Tx, v *Vault, f Family, t *store.Table[K, R], keys []K,
	sealed func(*R) *[]byte, associated func(*R) []byte) error {
	set := store.NewSet()
	for _, key := range keys {
		t.Want(set, key)
	}
	if err := set.Load(ctx, tx); err != nil {
		return err
	}
	for _, key := range keys {
		row, ok := t.Get(set, key)
		box := sealed(&row)
		if !ok || len(*box) == 0 {
			continue // it was emptied meanwhile
		}
		text, err := v.Open(f, *box, associated(&row))
		if err != nil {
			return err
		}
		if *box, err = v.Seal(f, text, associated(&row)); err != nil {
			return err
		}
		t.Update(set, row)
	}
	return set.Flush(ctx, tx)
}
