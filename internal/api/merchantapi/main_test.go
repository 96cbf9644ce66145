package merchantapi_test

import (
	"testing"

	"tolem/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// stores are the databases that every contract holds on: the URL of a new one.
var stores = map[string]func(*testing.T) string{
	"sqlite":   func(*testing.T) string { return "" }, // the server's own, in its data directory
	"postgres": func(t *testing.T) string { return pgtest.Database(t) },
}
