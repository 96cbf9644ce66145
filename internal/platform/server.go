package platform

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
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
	"tolem/internal/inbound"
	"tolem/internal/outbound"
	"tolem/internal/payout"
	"tolem/internal/purchase"
	"tolem/internal/store"
	"tolem/internal/threeds"
)

// Server is a running node.
type Server struct {
	*Installation
	engine    *engine.Engine
	bankDB    *store.DB
	bank      *simulator.Bank
	cards     *cardtoken.Service
	payouts   *payout.Service
	purchases *purchase.Service
	listener  net.Listener
	http      *http.Server
	places    *inbound.Limit // for calls under way
	stop      context.CancelFunc
	chores    sync.WaitGroup // what stop ends
	serving   chan error
	draining  atomic.Bool

	observers     observers
	adminListener net.Listener
	admin         *http.Server
}

// Start opens the installation and serves it until Close.
func Start(ctx context.Context, config Config) (*Server, error) {
	i, err := Open(ctx, config)
	if err != nil {
		return nil, err
	}
	s := &Server{Installation: i, serving: make(chan error, 2)}
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
	if err := s.observers.open(ctx, s.Config); err != nil {
		return err
	}
	if err := s.listenAdmin(); err != nil {
		return err
	}
	if err := s.build(ctx, public); err != nil {
		return err
	}
	s.observers.watch(s)
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
	chores, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.chores.Go(func() { s.tidy(chores) })
	if s.Config.VerifyEvery > 0 {
		s.chores.Go(func() { s.audit(chores) })
	}
	if s.admin != nil {
		go s.serve(s.admin, s.adminListener)
	}
	go s.serve(s.http, s.listener)
	return nil
}

func (s *Server) serve(h *http.Server, l net.Listener) {
	if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		s.serving <- err
	}
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
	banks := bank.Banks{Test: s.observers.ofBank(s.bank)}
	s.engine = engine.New(s.DB, engine.Options{Clock: c.Clock, Log: c.Log, Lease: c.EffectLease, Observe: s.observers.ofEngine()})
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
		Clock: c.Clock, Zone: c.Zone, Patience: c.Patience, Log: c.Log,
	}
	private := s.Sandbox
	if c.AllowPrivateCallbacks != nil {
		private = *c.AllowPrivateCallbacks
	}
	caller := outbound.New(outbound.Options{AllowPrivate: private})
	s.purchases = &purchase.Service{
		DB: s.DB, Engine: s.engine, Vault: s.Vault, Banks: banks, Cards: s.cards, Issuer: issuer, Merchants: s.Merchants, Client: caller,
		Payments: s.Payments, Profiles: ids.NewNumbers(s.DB, "profile", 100), Callbacks: callbacks,
		Clock: c.Clock, Zone: c.Zone, Patience: c.Patience, Log: c.Log,
	}
	courier := &callback.Courier{
		DB: s.DB, Engine: s.engine, Merchants: s.Merchants, Client: caller,
		Clock: c.Clock, Schedule: c.CallbackSchedule, Own: public.Host, Observe: s.observers.ofCallbacks(),
		Replied: map[string]func(context.Context, callback.Row, callback.Reply) error{"result": s.purchases.Replied},
	}
	s.cards.Register()
	s.payouts.Register()
	s.purchases.Register()
	courier.Register()
	s.route(issuer)
	return nil
}

func (s *Server) route(issuer *threeds.Issuer) {
	c := s.Config
	s.places = inbound.NewLimit(c.MaxCalls)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status/healthcheck", s.health)
	merchants := &merchantapi.API{
		DB: s.DB, Purchases: s.purchases, Cards: s.cards, Payouts: s.payouts, Log: c.Log, Site: c.PublicURL, LimitZone: c.LimitZone,
	}
	(&api.Server{Merchants: s.Merchants, Clock: c.Clock, Zone: c.Zone, Log: c.Log, Places: s.places, Unlimited: s.Sandbox}).
		Routes(mux, merchants.Endpoints())
	(&hosted.Server{
		Merchants: s.Merchants, Cards: s.cards, Payouts: s.payouts, Purchases: s.purchases, Issuer: issuer, Clock: c.Clock, Zone: c.Zone, Log: c.Log,
		Site: c.PublicURL, Places: s.places, Sandbox: s.Sandbox,
	}).Routes(mux)
	s.http = &http.Server{
		Handler: api.Collapse(inbound.Wrap(inbound.Behind(mux, c.Proxies), c.Log, s.observers.ofCalls())), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: max(c.Patience, 0) + 45*time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn),
	}
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
// that run, and leaves the rest to the next start or to another node. The operator
// can look on to the end.
func (s *Server) Close(ctx context.Context) error {
	var errs []error
	s.draining.Store(true)
	if s.stop != nil {
		s.Config.Log.Info("draining")
		s.stop()
		s.chores.Wait()
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
	s.observers.close(ctx)
	errs = append(errs, s.Installation.Close())
	if s.adminListener != nil {
		_ = s.adminListener.Close()
	}
	if s.admin != nil {
		_ = s.admin.Close() // who looks on needs no answer
	}
	return errors.Join(errs...)
}
