package bench

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"tolem/internal/store"
)

// Writer is one writer alone with a disk: what it manages is the most that
// commits one after the other can be.
type Writer struct {
	Dir      string // where the files are made, and removed afterwards
	Duration time.Duration
}

// Commits writes one row in each transaction of SQLite, opened as the platform
// opens it: a commit returns when its write-ahead log is on disk.
func (w Writer) Commits(ctx context.Context) (Report, error) {
	dir, err := os.MkdirTemp(w.Dir, "commits-")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "commits.db"), store.Options{})
	if err != nil {
		return Report{}, err
	}
	defer db.Close()
	one := func(sql string, args ...any) error {
		return db.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sql, args...)
			return err
		})
	}
	if err := one("CREATE TABLE line (id BIGINT PRIMARY KEY, value TEXT NOT NULL)"); err != nil {
		return Report{}, err
	}
	return w.alone(ctx, "committed", func(n int64) error { return one("INSERT INTO line VALUES ($1, 'one row')", n) })
}

// page is what SQLite adds to its log for a page: a frame's head and the page.
const page = 24 + 4096

// Syncs appends a page to a file and waits until it is on disk.
func (w Writer) Syncs(ctx context.Context) (Report, error) {
	f, err := os.CreateTemp(w.Dir, "syncs-")
	if err != nil {
		return Report{}, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	frame := make([]byte, page)
	return w.alone(ctx, "synced", func(int64) error {
		_, err := f.Write(frame)
		return errors.Join(err, f.Sync())
	})
}

// alone does one thing after the other; the first error ends it.
func (w Writer) alone(ctx context.Context, word string, do func(n int64) error) (Report, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	seen := make([]tally, 1)
	took := Load{Concurrency: 1, Duration: w.Duration}.run(ctx, func(_ int, n int64, due time.Time) {
		if err := do(n); err != nil {
			stop(err)
			return
		}
		seen[0].note(time.Since(due), done{outcome: word})
	})
	r := sum(seen, took)
	r.Clients = 1
	return r, context.Cause(ctx)
}
