package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"net/url"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
	_ "modernc.org/sqlite" // for goose
)

//go:embed migrations
var schema embed.FS

// Migrate brings the platform's schema up to this version of the program.
// Several nodes may call it at once. Migrations after the second only add, or
// lay out anew what is there, so that a node of the version before keeps running.
func (db *DB) Migrate(ctx context.Context) error {
	files, err := fs.Sub(schema, "migrations")
	if err != nil {
		return err
	}
	if err := db.MigrateFrom(ctx, files, "schema_version"); err != nil {
		return err
	}
	if files, err = fs.Sub(files, db.Kind()); err != nil {
		return err
	}
	return db.MigrateFrom(ctx, files, "storage_version")
}

// MigrateFrom applies the migrations of a part that keeps a schema of its own,
// and remembers in the named table which ones it has applied.
func (db *DB) MigrateFrom(ctx context.Context, files fs.FS, versions string) error {
	return db.driver.migrate(ctx, files, versions)
}

// migrate has a connection of its own, of the kind that goose works with.
func (db *sqliteDB) migrate(ctx context.Context, files fs.FS, versions string) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: db.path}).EscapedPath(), RawQuery: url.Values{"_pragma": db.settings}.Encode()}
	pool, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return err
	}
	defer pool.Close()
	// Another process may be migrating the same file. SQLite has no lock for the
	// whole of it, but each migration is a transaction: whoever comes second
	// fails, and finds on another try that it is done.
	const tries = 5
	for try := 1; ; try++ {
		err := migrate(ctx, goose.DialectSQLite3, pool, files, versions)
		if err == nil || try == tries || ctx.Err() != nil {
			return err
		}
	}
}

func (db *postgresDB) migrate(ctx context.Context, files fs.FS, versions string) error {
	pool := stdlib.OpenDBFromPool(db.writers)
	defer pool.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // asks once a second
	if err != nil {
		return err
	}
	return migrate(ctx, goose.DialectPostgres, pool, files, versions, goose.WithSessionLocker(locker))
}

func migrate(ctx context.Context, dialect goose.Dialect, pool *sql.DB, files fs.FS, versions string, options ...goose.ProviderOption) error {
	names, err := database.NewStore(dialect, versions)
	if err != nil {
		return err
	}
	options = append(options, goose.WithStore(names))
	provider, err := goose.NewProvider(goose.DialectCustom, pool, files, options...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}
