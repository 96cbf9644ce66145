package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tolem/internal/api"
	"tolem/internal/api/merchantapi"
	"tolem/internal/bank"
	"tolem/internal/bank/simulator"
	"tolem/internal/callback"
	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/hosted"
	"tolem/internal/idempotency"
	"tolem/internal/ids"
	"tolem/internal/outbound"
	"tolem/internal/payout"
	"tolem/internal/store"
	"tolem/internal/threeds"
)

// Server is a running node.
type Server struct {
	*Installation
	engine   *engine.Engine
	bankDB   *store.DB
	bank     *simulator.Bank
	cards    *cardtoken.Service
	payouts  *payout.Service
	listener net.Listener
	http     *http.Server
	stop     context.CancelFunc
	serving  chan error
}

// Start opens the installation and serves it until Close.
func Start(ctx context.Context, config Config) (*Server, error) {
	i, err := Open(ctx, config)
	if err != nil {
		return nil, err
	}
	s := &Server{Installation: i, serving: make(chan error, 1)}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

// URL is the address that is listened on.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Failed receives the error of a server that stopped by itself.
func (s *Server) Failed() <-chan error { return s.serving }

func (s *Server) start(ctx context.Context) (err error) {
	if s.listener, err = net.Listen("tcp", s.Config.Listen); err != nil {
		return err
	}
	if s.Config.PublicURL = strings.TrimSuffix(s.Config.PublicURL, "/"); s.Config.PublicURL == "" {
		s.Config.PublicURL = s.URL()
	}
	public, err := url.Parse(s.Config.PublicURL)
	if err != nil || public.Host == "" {
		return fmt.Errorf("--public-url %q is not a URL", s.Config.PublicURL)
	}
	if err := s.build(ctx, public); err != nil {
		return err
	}
	if s.Sandbox {
		if err := s.furnish(ctx); err != nil {
			return fmt.Errorf("demo merchant: %w", err)
		}
	}
	if err := s.guardDemo(ctx); err != nil {
		return err
	}
	if !s.Config.NoEffects {
		if err := s.engine.Start(); err != nil {
			return err
		}
	}
	tidy, stop := context.WithCancel(context.Background())
	s.stop = stop
	go s.tidy(tidy)
	go func() {
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.serving <- err
		}
	}()
	return nil
}

// build makes the systems and the routes to them.
func (s *Server) build(ctx context.Context, public *url.URL) (err error) {
	c := s.Config
	if s.bankDB, err = store.Open(ctx, s.bankDatabase(), store.Options{Relaxed: true}); err != nil {
		return err
	}
	if s.bank, err = simulator.Open(ctx, s.bankDB, c.Clock, c.SandboxDelay); err != nil {
		return err
	}
	banks := bank.Banks{Test: s.bank}
	s.engine = engine.New(s.DB, engine.Options{Clock: c.Clock, Log: c.Log, Lease: c.EffectLease})
	// A server takes large blocks: no call should wait for one.
	s.Payments = ids.NewNumbers(s.DB, "payment", 1000)
	callbacks, cards := ids.NewNumbers(s.DB, "callback", 1000), ids.NewNumbers(s.DB, "card", 100)
	issuer := &threeds.Issuer{DB: s.DB, Engine: s.engine, Vault: s.Vault, Clock: c.Clock}
	s.cards = &cardtoken.Service{
		DB: s.DB, Engine: s.engine, Vault: s.Vault, Banks: banks, Issuer: issuer,
		Payments: s.Payments, Cards: cards, Callbacks: callbacks, Clock: c.Clock,
	}
	s.payouts = &payout.Service{
		DB: s.DB, Engine: s.engine, Vault: s.Vault, Banks: banks, Payments: s.Payments, Callbacks: callbacks,
		Clock: c.Clock, Zone: c.Zone, Patience: c.Patience,
	}
	private := s.Sandbox
	if c.AllowPrivateCallbacks != nil {
		private = *c.AllowPrivateCallbacks
	}
	courier := &callback.Courier{
		DB: s.DB, Engine: s.engine, Merchants: s.Merchants, Client: outbound.New(outbound.Options{AllowPrivate: private}),
		Clock: c.Clock, Schedule: c.CallbackSchedule, Own: public.Host,
	}
	s.cards.Register()
	s.payouts.Register()
	courier.Register()
	s.route(issuer)
	return nil
}

func (s *Server) route(issuer *threeds.Issuer) {
	c := s.Config
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status/healthcheck", s.health)
	merchants := &merchantapi.API{DB: s.DB, Cards: s.cards, Payouts: s.payouts, Site: c.PublicURL, LimitZone: c.LimitZone}
	(&api.Server{Merchants: s.Merchants, Clock: c.Clock, Zone: c.Zone, Log: c.Log, Unlimited: s.Sandbox}).
		Routes(mux, merchants.Endpoints())
	(&hosted.Server{
		Merchants: s.Merchants, Cards: s.cards, Payouts: s.payouts, Issuer: issuer, Clock: c.Clock, Zone: c.Zone, Log: c.Log, Sandbox: s.Sandbox,
	}).Routes(mux)
	s.http = &http.Server{
		Handler: api.Collapse(mux), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: max(c.Patience, 0) + 30*time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
}

// health is the vendor's health check (01, 1.1): it looks at the database.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	status, code := "ok", http.StatusOK
	err := s.DB.View(r.Context(), func(tx *store.Tx) error {
		return tx.Query(r.Context(), "SELECT 1", nil, func(func(...any) error) error { return nil })
	})
	if err != nil {
		status, code = "error", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{
		"status": status, "time": s.Config.Clock.Now().Format("2006-01-02T15:04:05+00:00"),
	})
}

// tidy forgets what has expired, once an hour.
func (s *Server) tidy(ctx context.Context) {
	hour := time.NewTicker(time.Hour)
	defer hour.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hour.C:
			err := s.DB.Update(ctx, func(tx *store.Tx) error { return idempotency.Purge(ctx, tx, s.Config.Clock.Now()) })
			if err != nil && ctx.Err() == nil {
				s.Config.Log.Error("expired keys not removed", "error", err)
			}
		}
	}
}

// Close drains: it stops listening, answers what was asked, finishes effects
// that run, and leaves the rest to the next start or to another node.
func (s *Server) Close(ctx context.Context) error {
	var errs []error
	if s.stop != nil {
		s.stop()
	}
	switch {
	case s.http != nil:
		errs = append(errs, s.http.Shutdown(ctx))
		fallthrough
	case s.listener != nil:
		_ = s.listener.Close() // closed already when the server ran
	}
	if s.engine != nil {
		errs = append(errs, s.engine.Close(ctx))
	}
	if s.bank != nil {
		errs = append(errs, s.bank.Close(ctx))
	}
	if s.bankDB != nil {
		errs = append(errs, s.bankDB.Close())
	}
	return errors.Join(append(errs, s.Installation.Close())...)
}
