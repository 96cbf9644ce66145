package platform

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"tolem/internal/clock"
	"tolem/internal/store"
)

// patienceOfHealth is how long a health check waits for the database.
const patienceOfHealth = 5 * time.Second

// health is the vendor's health check (01, 1.1): it looks at the database. A node
// that drains says so, so that nobody sends it more.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	status, code := s.condition(r.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{
		"status": status, "time": clock.Stamp(s.Config.Clock.Now()),
	})
}

func (s *Server) condition(ctx context.Context) (status string, code int) {
	if s.draining.Load() {
		return "draining", http.StatusServiceUnavailable
	}
	ctx, cancel := context.WithTimeout(ctx, patienceOfHealth)
	defer cancel()
	err := s.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Query(ctx, "SELECT 1", nil, func(func(...any) error) error { return nil })
	})
	if err != nil {
		return "error", http.StatusServiceUnavailable
	}
	return "ok", http.StatusOK
}
