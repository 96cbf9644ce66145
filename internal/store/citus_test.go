package store_test

import (
	"errors"
	"slices"
	"testing"

	"tolem/internal/pgtest"
	"tolem/internal/store"
	"tolem/internal/storetest"
)

// The tables that belong to no merchant, by the decision in docs/decisions/0010-citus.md. Whoever adds a table either keys it by
// merchant or adds it here.
var platformTables = []string{"installation", "node", "number_block", "revision", "schema_version", "storage_version", "vault_keyset"}

// standIn has the signatures of the functions and tables of Citus that Distribute uses (Citus 11 to 13), and notes what it is asked for. A
// real Citus refuses a table with a unique index that lacks the distribution column, and a colocation with what is not distributed.
var standIn = []string{
	"SET LOCAL allow_system_table_mods = on",
	`INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) VALUES (99999, 'citus', 10, 11, false, '12.1-1')`,
	"CREATE SCHEMA citus",
	"CREATE TYPE citus.distribution_type AS ENUM ('hash', 'range', 'append')",
	"CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass NOT NULL UNIQUE, partmethod \"char\" NOT NULL, partkey text, colocationid int NOT NULL)",
	`CREATE FUNCTION pg_catalog.create_distributed_table(table_name regclass, distribution_column text,
	        distribution_type citus.distribution_type DEFAULT 'hash', colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL)
	 RETURNS void LANGUAGE plpgsql AS $$
	 DECLARE beside int := nextval('colocation');
	 BEGIN
	   IF EXISTS (SELECT FROM pg_index i WHERE indrelid = table_name AND indisunique AND NOT EXISTS (
	         SELECT FROM pg_attribute a WHERE a.attrelid = table_name AND a.attname = distribution_column AND a.attnum = ANY (i.indkey))) THEN
	     RAISE 'cannot create constraint on %', table_name;
	   END IF;
	   IF colocate_with <> 'none' THEN
	     SELECT colocationid INTO STRICT beside FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass;
	   END IF;
	   INSERT INTO pg_dist_partition VALUES (table_name, 'h', distribution_column, beside);
	 END $$`,
	"CREATE SEQUENCE colocation",
}

func TestTheRowsOfAMerchantLieTogether(t *testing.T) {
	db := storetest.Open(t, pgtest.Database(t))
	exec(t, db, standIn...)
	exec(t, db, "CREATE TABLE abacus (merchant_id BIGINT PRIMARY KEY)") // sorts before account
	distributed, err := db.Distribute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := query(t, db, "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")
	slices.Sort(distributed)
	want := slices.DeleteFunc(slices.Clone(all), func(table string) bool { return slices.Contains(platformTables, table) })
	if !slices.Equal(distributed, want) || len(want) != len(all)-len(platformTables) {
		t.Errorf("of %v these are distributed: %v", all, distributed)
	}
	places := query(t, db, "SELECT DISTINCT colocationid::text || ' by ' || partkey FROM pg_dist_partition")
	if len(places) != 1 || places[0] != "1 by merchant_id" {
		t.Errorf("the tables lie in %v", places)
	}
	if again, err := db.Distribute(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("a second time these are distributed: %v, %v", again, err)
	}
	exec(t, db, "CREATE TABLE later (merchant_id BIGINT PRIMARY KEY)")
	if added, err := db.Distribute(t.Context()); err != nil || !slices.Equal(added, []string{"later"}) {
		t.Errorf("after a migration these are distributed: %v, %v", added, err)
	}
}

// TestEveryUniqueKeyHoldsTheMerchant: else it could not be kept by one worker.
func TestEveryUniqueKeyHoldsTheMerchant(t *testing.T) {
	db := storetest.Open(t, pgtest.Database(t))
	const lacking = `
		SELECT c.relname::text || '.' || x.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
		 WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (
		   SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'merchant_id' AND a.attnum = ANY (i.indkey)) ORDER BY 1`
	for _, name := range query(t, db, lacking) {
		if !slices.ContainsFunc(platformTables, func(table string) bool { return name == table+"."+table+"_pkey" }) {
			t.Errorf("%s lacks it", name)
		}
	}
	if n := len(query(t, db, lacking)); n != len(platformTables) {
		t.Errorf("%d tables of the platform have a key, want %d", n, len(platformTables))
	}
	for _, table := range query(t, db, `
		SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'merchant_id' AND a.attnum <> 1
		 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`) {
		t.Errorf("%s has the merchant, but not first", table)
	}
}

func TestWithoutCitusNothingIsDistributed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if distributed, err := db.Distribute(t.Context()); !errors.Is(err, store.ErrNoCitus) || len(distributed) > 0 {
			t.Errorf("%v, %v", distributed, err)
		}
	})
}

// TestATableThatCannotBeDistributedStopsAll: nothing is done in part.
func TestATableThatCannotBeDistributedStopsAll(t *testing.T) {
	db := storetest.Open(t, pgtest.Database(t))
	exec(t, db, standIn...)
	exec(t, db, "CREATE TABLE wrong (merchant_id BIGINT PRIMARY KEY, page TEXT UNIQUE)")
	if distributed, err := db.Distribute(t.Context()); err == nil {
		t.Errorf("%v", distributed)
	}
	if left := query(t, db, "SELECT logicalrelid::text FROM pg_dist_partition"); len(left) > 0 {
		t.Errorf("distributed all the same: %v", left)
	}
}

func exec(t *testing.T, db *store.DB, statements ...string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, statement := range statements {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, db *store.DB, text string) (found []string) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Query(t.Context(), text, nil, func(scan func(...any) error) error {
			var one string
			err := scan(&one)
			found = append(found, one)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
