package platform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tolem/internal/ids"
	"tolem/internal/merchant"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// Installation is opened data: what commands and the server work on.
type Installation struct {
	Config    Config
	Sandbox   bool
	DB        *store.DB
	Vault     *vault.Vault
	Merchants *merchant.Registry
	Payments  *ids.Numbers
}

// Open opens the data of an installation, and makes them if there are none.
func Open(ctx context.Context, config Config) (*Installation, error) {
	config = config.withDefaults()
	db, err := config.open(ctx)
	if err != nil {
		return nil, err
	}
	i := &Installation{Config: config, DB: db, Payments: ids.NewNumbers(db, "payment", 100)}
	if err := i.open(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return i, nil
}

// open opens the database, and says in c where it is.
func (c *Config) open(ctx context.Context) (*store.DB, error) {
	if c.Database == "" {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return nil, err
		}
		c.Database = "sqlite:" + filepath.Join(c.Data, "tolem.db")
	}
	return store.Open(ctx, c.Database, store.Options{})
}

// Close closes the database.
func (i *Installation) Close() error { return i.DB.Close() }

func (i *Installation) open(ctx context.Context) error {
	if err := i.DB.Migrate(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if err := i.settle(ctx); err != nil {
		return err
	}
	kek, err := i.kek()
	if err != nil {
		return err
	}
	if i.Vault, err = vault.Open(ctx, kek, keysets{i.DB}); err != nil {
		return err
	}
	i.Merchants = merchant.NewRegistry(i.DB, i.Vault, i.Config.Clock)
	return nil
}

type installationKey struct {
	ID int64 `db:"id"`
}

type installationRow struct {
	installationKey
	Sandbox   bool  `db:"sandbox,fixed"`
	CreatedAt int64 `db:"created_at,fixed"`
}

var installations = store.Describe("installation", func(r *installationRow) installationKey { return r.installationKey })

// settle finds out, once and for all, whether the data are a sandbox's.
func (i *Installation) settle(ctx context.Context) error {
	wanted := i.Config.Sandbox
	return i.DB.Update(ctx, func(tx *store.Tx) error {
		set, key := store.NewSet(), installationKey{1}
		installations.Want(set, key)
		if err := set.Load(ctx, tx); err != nil {
			return err
		}
		if known, ok := installations.Get(set, key); ok {
			i.Sandbox = known.Sandbox
			if wanted != nil && *wanted != known.Sandbox {
				return mismatch(known.Sandbox)
			}
			return nil
		}
		i.Sandbox = !i.keyGiven()
		if wanted != nil {
			i.Sandbox = *wanted
		}
		if !i.Sandbox && !i.keyGiven() {
			return errNoKey // before anything is decided for good
		}
		installations.Insert(set, installationRow{key, i.Sandbox, store.Micros(i.Config.Clock.Now())})
		return set.Flush(ctx, tx)
	})
}

func mismatch(sandbox bool) error {
	if sandbox {
		return errors.New("these data were made by a sandbox: they hold demo merchants whose secrets everybody knows. Start production with an empty database and --sandbox=false")
	}
	return errors.New("these data are of a production installation: a sandbox would add a demo merchant whose secrets everybody knows. Give the sandbox data of its own")
}

var errNoKey = errors.New("production needs a vault key: make one with \"tolem vault new-key FILE\" and name it with --vault-key-file or give it in TOLEM_VAULT_KEY")

func (i *Installation) keyGiven() bool { return i.Config.VaultKey != "" || i.Config.VaultKeyFile != "" }

// kek is the key-encryption key: given, or in a sandbox kept beside the data.
func (i *Installation) kek() (vault.KEK, error) {
	switch {
	case i.Config.VaultKey != "" && i.Config.VaultKeyFile != "":
		return vault.KEK{}, errors.New("the vault key is given twice: as text and as a file")
	case i.Config.VaultKey != "":
		return vault.ParseKEK(i.Config.VaultKey)
	case i.Config.VaultKeyFile != "":
		return vault.ReadKEKFile(i.Config.VaultKeyFile)
	case !i.Sandbox:
		return vault.KEK{}, errNoKey
	}
	if err := os.MkdirAll(i.Config.Data, 0o700); err != nil {
		return vault.KEK{}, err
	}
	path := filepath.Join(i.Config.Data, "vault.key")
	kek, err := vault.ReadKEKFile(path)
	if errors.Is(err, os.ErrNotExist) {
		kek, err = vault.CreateKEKFile(path)
		if errors.Is(err, os.ErrExist) {
			return vault.ReadKEKFile(path)
		}
	}
	return kek, err
}

// bankDatabase is where the simulated bank keeps its memory: on SQLite a file of
// its own, because a bank does not wait for our writer.
func (i *Installation) bankDatabase() string {
	if path, ok := strings.CutPrefix(i.Config.Database, "sqlite:"); ok {
		return "sqlite:" + strings.TrimSuffix(path, ".db") + "-bank.db"
	}
	return i.Config.Database
}
