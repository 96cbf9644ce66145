package api

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/inbound"
	"tolem/internal/merchant"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// Server answers the calls of merchants.
type Server struct {
	Merchants *merchant.Registry
	Clock     clock.Clock
	Zone      *time.Location
	Log       *slog.Logger
	// Places bounds the calls under way; nil does not.
	Places *inbound.Limit
	// Unlimited switches the rate limits off (R59: in the sandbox).
	Unlimited bool
	limits    limiter
}

// Routes adds the endpoints to a mux, each under all its spellings.
func (s *Server) Routes(mux *http.ServeMux, endpoints []Endpoint) {
	for i := range endpoints {
		for _, path := range endpoints[i].Paths {
			mux.Handle(path, s.handler(&endpoints[i]))
		}
	}
}

func (s *Server) handler(e *Endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := inbound.Of(r.Context())
		call.Endpoint = e.Name
		if r.Method != http.MethodPost && r.Method != http.MethodGet {
			w.Header().Set("Allow", "GET, POST")
			http.Error(w, "use POST, or GET with the same fields", http.StatusMethodNotAllowed)
			return
		}
		var a answer
		if s.Places.Enter() {
			defer s.Places.Leave()
			a = s.answer(e, r)
		} else {
			a = flooded()
		}
		call.Merchant, call.Code = a.merchant, int(a.code)
		if e.browser {
			a.show(w, r)
		} else {
			a.write(w)
		}
	})
}

func (s *Server) answer(e *Endpoint, r *http.Request) answer {
	message, broken := pg.Decode(r)
	if broken != nil && message == nil {
		return unreadable(broken)
	}
	c, early := s.identify(r.Context(), e, r, message)
	if early != nil {
		return *early
	}
	if refusal := s.admit(r, e, c); refusal != nil {
		status := http.StatusOK
		if refusal.Code == codes.TooFrequent {
			status = http.StatusTooManyRequests
		}
		return c.refuse(status, refusal)
	}
	if broken == nil {
		broken = pg.Bind(message, &c.common)
	}
	if broken != nil {
		return c.refuse(http.StatusOK, refusalOf(broken))
	}
	out, err := e.serve(r.Context(), c)
	switch {
	case errors.Is(err, engine.ErrBusy):
		return c.refuse(http.StatusTooManyRequests, codes.Refuse(codes.TooFrequent))
	case err != nil:
		refusal := refusalOf(err)
		if refusal.Code == codes.SystemError {
			s.Log.ErrorContext(r.Context(), "call failed", "endpoint", e.Name, "merchant", c.Merchant.ID, "error", err)
		}
		return c.refuse(http.StatusOK, refusal)
	case e.browser, out.page != nil:
		return answer{page: out.page, location: out.location, merchant: c.Merchant.ID}
	}
	code, _ := strconv.Atoi(out.fields.Get("pg_error_code"))
	return answer{http: http.StatusOK, root: c.root(), message: c.seal(out.fields), merchant: c.Merchant.ID, code: codes.Code(code)}
}
