package platform

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// AdminURL is the address of the operator's listener, "" without one.
func (s *Server) AdminURL() string {
	if s.admin == nil {
		return ""
	}
	return "http://" + s.adminListener.Addr().String()
}

// listenAdmin opens the operator's listener. It asks nobody who they are, and is
// never the public one.
func (s *Server) listenAdmin() (err error) {
	if s.Config.Admin == "" {
		return nil
	}
	if s.adminListener, err = net.Listen("tcp", s.Config.Admin); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.observers.metrics.Handler())
	mux.HandleFunc("GET /healthz", s.health)
	// Not /debug/pprof/cmdline: the command line may hold a password.
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	s.admin = &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.Config.Log.Handler(), slog.LevelWarn),
	}
	return nil
}
