package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"tolem/internal/clock"
	"tolem/internal/engine"
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
		if r.Method != http.MethodPost && r.Method != http.MethodGet {
			w.Header().Set("Allow", "GET, POST")
			http.Error(w, "use POST, or GET with the same fields", http.StatusMethodNotAllowed)
			return
		}
		began := time.Now()
		a := s.answer(e, r)
		a.write(w)
		s.Log.Info("call", "endpoint", e.Name, "script", pg.Script(r.URL.Path), "merchant", a.merchant, "http", a.http,
			"code", int(a.code), "took", time.Since(began).Round(time.Microsecond))
	})
}

// answer is what goes back to the caller.
type answer struct {
	http     int
	root     string
	message  pg.Message
	merchant int64      // for the log
	code     codes.Code // for the log
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(a.http)
	_, _ = w.Write(pg.EncodeXML(a.root, a.message)) // the caller is gone: nothing to tell it
}

// unsigned is a refusal of somebody whose secret we do not know, or who does
// not know it: three fields (01, 1.4).
func unsigned(status int, r *codes.Refusal, language string) answer {
	return answer{http: status, root: "response", message: refusalFields(r, language), code: r.Code}
}

func refusalFields(r *codes.Refusal, language string) pg.Message {
	return pg.Marshal(Status{"error", r.Code, r.Description(language)})
}

// refuse is a signed refusal.
func (c *Call) refuse(status int, r *codes.Refusal) answer {
	return answer{http: status, root: c.root(), message: c.seal(refusalFields(r, c.Language)), merchant: c.Merchant.ID, code: r.Code}
}

func (s *Server) answer(e *Endpoint, r *http.Request) answer {
	message, err := pg.Decode(r)
	if err != nil {
		return undecoded(err)
	}
	c, early := s.identify(r.Context(), e, r, message)
	if early != nil {
		return *early
	}
	if refusal := s.admit(r, c); refusal != nil {
		status := http.StatusOK
		if refusal.Code == codes.TooFrequent {
			status = http.StatusTooManyRequests
		}
		return c.refuse(status, refusal)
	}
	fields, err := e.serve(r.Context(), c)
	switch {
	case errors.Is(err, engine.ErrBusy):
		return c.refuse(http.StatusTooManyRequests, codes.Refuse(codes.TooFrequent))
	case err != nil:
		refusal := refusalOf(err)
		if refusal.Code == codes.SystemError {
			s.Log.Error("call failed", "endpoint", e.Name, "merchant", c.Merchant.ID, "error", err)
		}
		return c.refuse(http.StatusOK, refusal)
	}
	code, _ := strconv.Atoi(fields.Get("pg_error_code"))
	return answer{http: http.StatusOK, root: c.root(), message: c.seal(fields), merchant: c.Merchant.ID, code: codes.Code(code)}
}

// undecoded answers what could not be read as a message at all.
func undecoded(err error) answer {
	if errors.Is(err, pg.ErrTooLarge) {
		return unsigned(http.StatusRequestEntityTooLarge, codes.Refuse(codes.Validation), "en")
	}
	return unsigned(http.StatusOK, refusalOf(err), "en")
}

// identify finds the merchant and verifies the signature. A second result that
// is not nil is the answer to somebody who could not be identified.
func (s *Server) identify(ctx context.Context, e *Endpoint, r *http.Request, message pg.Message) (*Call, *answer) {
	language := languageOf(message)
	unknown := unsigned(http.StatusOK, codes.Refuse(codes.UnknownMerchant), language)
	id, err := strconv.ParseInt(message.Get("pg_merchant_id"), 10, 64)
	if err != nil || id <= 0 {
		return nil, &unknown
	}
	m, err := s.Merchants.Get(ctx, id)
	switch {
	case errors.Is(err, merchant.ErrUnknown):
		return nil, &unknown
	case err != nil:
		s.Log.Error("merchant not read", "merchant", id, "error", err)
		broken := unsigned(http.StatusOK, codes.Refuse(codes.SystemError), language)
		return nil, &broken
	}
	c := &Call{Merchant: m, Script: pg.Script(r.URL.Path), Message: message, Language: language, Zone: s.Zone, Now: s.Clock.Now()}
	purposes := e.secrets(m)
	for _, c.Purpose = range purposes {
		for _, secret := range m.Secrets(c.Purpose) {
			if pg.Verify(c.Script, message, secret.Reveal()) {
				return c, nil
			}
		}
	}
	c.Purpose = purposes[0]
	refusal := codes.Refuse(codes.BadSignature)
	bad := unsigned(e.Family.Unauthorized, refusal, "en")
	if e.Family.SignsRefusal {
		c.Language = "en" // fixed text: a signed 1100 echoes nothing of the request (R10)
		bad = c.refuse(e.Family.Unauthorized, refusal)
	}
	bad.merchant = id
	return nil, &bad
}

// admit checks what concerns every call of an identified merchant.
func (s *Server) admit(r *http.Request, c *Call) *codes.Refusal {
	id := strconv.FormatInt(c.Merchant.ID, 10)
	switch {
	case r.PathValue("merchant_id") != "" && r.PathValue("merchant_id") != id:
		return &codes.Refusal{Code: codes.WrongMerchant, Field: "pg_merchant_id"}
	case c.Merchant.Status == merchant.Blocked:
		return codes.Refuse(codes.NoContract)
	case !allowed(c.Merchant.Settings.AllowedAddresses, r.RemoteAddr):
		return codes.Refuse(codes.ActionDisabled)
	case !s.Unlimited && !s.limits.allow(c.Merchant, c.Now):
		return codes.Refuse(codes.TooFrequent)
	}
	if len(c.Message.Get("pg_idempotency_key")) > 255 {
		return codes.Invalid("pg_idempotency_key", codes.TooLong(255))
	}
	return nil
}

func allowed(networks []netip.Prefix, remote string) bool {
	if len(networks) == 0 {
		return true
	}
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	for _, network := range networks {
		if network.Contains(address.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// languageOf is the language of texts in answers: what the message asks for,
// else English, as the reference prints them.
func languageOf(m pg.Message) string {
	if language := m.Get("pg_language"); language != "" {
		return strings.ToLower(language)
	}
	return "en"
}

// Collapse reads runs of "/" in a path as one, as the official PHP SDK needs (R57),
// and refuses paths with dot segments.
func Collapse(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		for strings.Contains(path, "//") {
			path = strings.ReplaceAll(path, "//", "/")
		}
		if strings.Contains(path+"/", "/./") || strings.Contains(path+"/", "/../") {
			http.NotFound(w, r)
			return
		}
		if path != r.URL.Path {
			clean := *r
			url := *r.URL
			url.Path, url.RawPath = path, ""
			clean.URL = &url
			r = &clean
		}
		next.ServeHTTP(w, r)
	})
}
