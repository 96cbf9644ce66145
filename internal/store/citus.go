package store

import (
	"context"
	"errors"
	"fmt"
)

// ErrNoCitus says that a database cannot be distributed.
var ErrNoCitus = errors.New("the database has no Citus: it must be PostgreSQL with Citus in shared_preload_libraries, after CREATE EXTENSION citus")

// tenantTables are those whose primary key begins with the merchant.
const tenantTables = `
	SELECT c.relname::text
	  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
	  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
	 WHERE i.indisprimary AND a.attname = 'merchant_id' AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
	 ORDER BY c.relname <> 'account', c.relname`

// Distribute gives the rows of each merchant to one worker of the Citus cluster
// whose coordinator db is, and returns the tables that it distributed: those
// that a call before it did are left out. The schema must be up to date. Tables
// that belong to no merchant stay on the coordinator. Without Citus it returns
// ErrNoCitus and changes nothing.
func (db *DB) Distribute(ctx context.Context) (distributed []string, err error) {
	if db.Kind() != "postgres" {
		return nil, ErrNoCitus
	}
	err = db.Update(ctx, func(tx *Tx) error {
		distributed = nil
		found, err := names(ctx, tx, "SELECT extname::text FROM pg_extension WHERE extname = 'citus'")
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrNoCitus
		}
		tables, err := names(ctx, tx, tenantTables)
		if err != nil {
			return err
		}
		for _, table := range tables {
			if done, err := tx.distribute(ctx, table); err != nil {
				return fmt.Errorf("distribute %s: %w", table, err)
			} else if done {
				distributed = append(distributed, table)
			}
		}
		return nil
	})
	return distributed, err
}

// distribute puts a table beside the accounts, which come first, unless it is
// distributed already.
func (tx *Tx) distribute(ctx context.Context, table string) (done bool, err error) {
	already, err := names(ctx, tx, "SELECT $1::text FROM pg_dist_partition WHERE logicalrelid = $1::text::regclass", table)
	if err != nil || len(already) > 0 {
		return false, err
	}
	beside := "account"
	if table == beside {
		beside = "none"
	}
	_, err = tx.Exec(ctx, "SELECT create_distributed_table($1::text::regclass, 'merchant_id', colocate_with => $2::text)", table, beside)
	return err == nil, err
}

// names reads one column of text.
func names(ctx context.Context, tx *Tx, query string, args ...any) (found []string, err error) {
	err = tx.Query(ctx, query, args, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		found = append(found, name)
		return err
	})
	return found, err
}
