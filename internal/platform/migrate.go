package platform

import (
	"context"
	"errors"
	"fmt"
)

// Migrate brings the schema of an installation up to date and leaves the rest of
// it alone: no key is needed. With citus it distributes the tenant tables as well
// and returns those that were not yet; the error may be store.ErrNoCitus.
func Migrate(ctx context.Context, config Config, citus bool) (distributed []string, err error) {
	config = config.withDefaults()
	db, err := config.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx); err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	if citus {
		return db.Distribute(ctx)
	}
	return nil, nil
}
