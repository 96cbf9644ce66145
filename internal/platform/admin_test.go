package platform

import (
	"context"
	"net/http"
	"testing"
)

// TestTheOperatorsListenerIsItsOwn: nothing of it is on the public one, and by
// itself there is none.
func TestTheOperatorsListenerIsItsOwn(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	const here, gone = http.StatusOK, http.StatusNotFound
	for _, c := range []struct {
		path          string
		admin, public int
	}{
		{"/metrics", here, gone}, {"/healthz", here, gone}, {"/debug/pprof/", here, gone}, {"/debug/pprof/goroutine", here, gone},
		{"/debug/pprof/cmdline", gone, gone}, {"/status/healthcheck", gone, here}, {"/api/balance_status", gone, here},
	} {
		if status, _ := fetch(t, s.AdminURL()+c.path); status != c.admin {
			t.Errorf("%s at the operator's address: HTTP %d, want %d", c.path, status, c.admin)
		}
		if status, _ := fetch(t, s.URL()+c.path); status != c.public {
			t.Errorf("%s at the public address: HTTP %d, want %d", c.path, status, c.public)
		}
	}
	admin := s.AdminURL()
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(admin + "/healthz"); err == nil {
		t.Error("the operator's listener outlives the node")
	}
	s, err = Start(t.Context(), Config{Listen: "127.0.0.1:0", Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if s.AdminURL() != "" || s.observers.ofCalls() != nil || s.observers.ofEngine() != nil || s.observers.ofCallbacks() != nil || s.observers.ofBank(s.bank) != s.bank {
		t.Error("a node that nobody watches has observers")
	}
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}
