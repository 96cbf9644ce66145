package merchantapi_test

import (
	"context"
	"testing"
	"time"

	"tolem/internal/clock"
	"tolem/internal/platform"
	"tolem/internal/store"
)

// opening is what the clock of every house shows at first; 14:30 in Almaty.
var opening = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// house is a running platform whose clock stands still until a test moves it.
type house struct {
	*platform.Server
	t      *testing.T
	clock  *clock.Manual
	broken bool // a test broke it: it need not close well
}

// open starts a platform for one test.
func open(t *testing.T, config platform.Config) *house {
	t.Helper()
	h := &house{t: t, clock: clock.At(opening)}
	config.Listen, config.Data, config.Clock, config.PublicURL = "127.0.0.1:0", t.TempDir(), h.clock, "https://pay.example"
	var err error
	if h.Server, err = platform.Start(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil && !h.broken {
			t.Error(err)
		}
	})
	return h
}

// production is a configuration that is no sandbox: rate limits count.
func production() platform.Config {
	sandbox := false
	return platform.Config{Sandbox: &sandbox, VaultKey: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
}

// verify checks the books of the whole house.
func (h *house) verify() {
	h.t.Helper()
	err := h.DB.View(h.t.Context(), func(tx *store.Tx) error {
		report, err := platform.Verify(h.t.Context(), tx)
		for _, problem := range report.Problems {
			h.t.Error(problem)
		}
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
}
