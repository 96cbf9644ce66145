package hosted

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/inbound"
	"tolem/internal/merchant"
	"tolem/internal/pages"
	"tolem/internal/payout"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
	"tolem/internal/threeds"
)

// Server serves hosted pages.
type Server struct {
	Merchants *merchant.Registry
	Cards     *cardtoken.Service
	Payouts   *payout.Service
	Purchases *purchase.Service
	Issuer    *threeds.Issuer
	Clock     clock.Clock
	Zone      *time.Location
	Log       *slog.Logger
	// Site is where the pages live, without a slash at the end.
	Site string
	// Places bounds the calls under way; nil does not.
	Places *inbound.Limit
	// Sandbox also lets the shop that a page leads back to frame it, though it
	// registered no origin (S12).
	Sandbox bool
}

// Routes adds the pages to a mux.
func (s *Server) Routes(mux *http.ServeMux) {
	for purpose, storage := range cardtoken.Storages {
		mux.Handle("/v1/merchant/{merchant_id}/"+storage+"/view", s.page("page."+storage, s.binding(purpose)))
	}
	mux.Handle("/pay.html", s.page("page.purchase", s.purchase))
	mux.HandleFunc("POST /pay/{customer}/pay", s.wallet)
	mux.Handle("/payout.html", s.page("page.payout", s.payout))
	mux.Handle("/v2/user/3ds-page/{key}", s.page("page.challenge", s.challenge))
	mux.Handle("GET /success", s.page("page.success", s.end(pages.Succeeded)))
	mux.Handle("GET /failure", s.page("page.failure", s.end(pages.Failed)))
	mux.Handle("GET "+pages.AssetsPath, pages.Assets())
}

// A view answers a request with a page, or with a redirect when location is set.
type view struct {
	status   int
	page     pages.Page
	location string
}

func show(page pages.Page) view { return view{status: http.StatusOK, page: page} }

// to sends the browser on with a GET, whatever it came with. The address of a
// merchant is kept as it is.
func to(location string) view { return view{status: http.StatusFound, location: location} }

// page serves a page under a name that the log and the metrics know it by.
func (s *Server) page(name string, serve func(*http.Request) (view, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inbound.Of(r.Context()).Endpoint = name
		if r.Method != http.MethodGet && r.Method != http.MethodPost && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, POST")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if !s.Places.Enter() {
			pages.Render(w, http.StatusTooManyRequests, flooded(r))
			return
		}
		defer s.Places.Leave()
		r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
		v, err := view{}, r.ParseForm()
		if err != nil {
			v = s.notice(r, http.StatusBadRequest, pages.NotFound)
		} else if v, err = serve(r); err != nil {
			v = s.trouble(r, err)
		}
		if v.location != "" {
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Referrer-Policy", "no-referrer")
			w.Header().Set("Location", v.location)
			w.WriteHeader(v.status)
			return
		}
		pages.Render(w, v.status, v.page)
	})
}

// trouble is the page of a request that could not be served.
func (s *Server) trouble(r *http.Request, err error) view {
	switch {
	case errors.Is(err, engine.ErrBusy):
		return s.notice(r, http.StatusTooManyRequests, pages.TooManyRequests)
	case errors.Is(err, errBlocked):
		return s.notice(r, http.StatusForbidden, pages.NotFound)
	}
	s.Log.ErrorContext(r.Context(), "page failed", "page", r.Pattern, "error", err)
	return s.notice(r, http.StatusServiceUnavailable, pages.Unavailable)
}

func (s *Server) notice(r *http.Request, status int, kind pages.NoticeKind) view {
	return view{status: status, page: pages.Notice{Frame: pages.Frame{Lang: language(r, "", pages.Russian), Self: self(r)}, Kind: kind}}
}

// flooded is the page for whom there is no place; what was sent is not read.
func flooded(r *http.Request) pages.Page {
	lang := pages.Negotiate(r.URL.Query().Get(pages.FieldLang), r.Header.Get("Accept-Language"), pages.Russian)
	return pages.Notice{Frame: pages.Frame{Lang: lang, Self: self(r)}, Kind: pages.TooManyRequests}
}

// language is the page's: chosen on the page, asked for by the merchant, the
// browser's, the merchant's default, in this order.
func language(r *http.Request, asked string, fallback pages.Lang) pages.Lang {
	if chosen := r.FormValue(pages.FieldLang); chosen != "" {
		asked = chosen
	}
	return pages.Negotiate(asked, r.Header.Get("Accept-Language"), fallback)
}

// errBlocked is what calls of a blocked merchant are refused with as well.
var errBlocked = codes.Refuse(codes.NoContract)

// merchant is whose page it is. The pages of a blocked one are closed: they take
// nothing for it, and lead nobody to it.
func (s *Server) merchant(ctx context.Context, id int64) (*merchant.Merchant, error) {
	inbound.Of(ctx).Merchant = id
	m, err := s.Merchants.Get(ctx, id)
	if err == nil && m.Status == merchant.Blocked {
		return nil, errBlocked
	}
	return m, err
}

// frame is what the pages of a merchant have in common.
func (s *Server) frame(ctx context.Context, r *http.Request, merchantID int64, asked, back string, test, embedded bool) (pages.Frame, error) {
	m, err := s.merchant(ctx, merchantID)
	if err != nil {
		return pages.Frame{}, err
	}
	origins := m.Settings.FrameOrigins
	if u, err := url.Parse(back); s.Sandbox && err == nil {
		origins = append(origins[:len(origins):len(origins)], u.Scheme+"://"+u.Host)
	}
	return pages.Frame{
		Lang: language(r, asked, pages.Lang(m.Settings.Language)), Merchant: m.Name, Test: test, Embedded: embedded,
		FrameAncestors: origins, BackLink: back, Self: self(r),
	}, nil
}

// self is the page's own address without the choice of language.
func self(r *http.Request) string {
	query := r.URL.Query()
	query.Del(pages.FieldLang)
	return (&url.URL{Path: r.URL.Path, RawQuery: query.Encode()}).String()
}

// inChosen is the address of another page of ours in the language of this one.
func inChosen(r *http.Request, location string) string {
	chosen := r.FormValue(pages.FieldLang)
	u, err := url.Parse(location)
	if chosen == "" || err != nil {
		return location
	}
	query := u.Query()
	query.Set(pages.FieldLang, chosen)
	u.RawQuery = query.Encode()
	return u.String()
}

// end is the page that SDKs name as their success and failure address (R20).
func (s *Server) end(outcome pages.Outcome) func(*http.Request) (view, error) {
	return func(r *http.Request) (view, error) {
		return show(pages.Result{
			Frame: pages.Frame{Lang: language(r, "", pages.Russian), Self: self(r)}, Operation: pages.CardBinding, Outcome: outcome,
		}), nil
	}
}

var (
	chargeable = []pages.Brand{pages.Visa, pages.Mastercard, pages.AmericanExpress, pages.UnionPay, pages.Humo, pages.Uzcard}
	payable    = []pages.Brand{pages.Visa, pages.Mastercard, pages.UnionPay, pages.Humo, pages.Uzcard}
)

func accepts(brands []pages.Brand, pan card.PAN) bool {
	for _, b := range brands {
		if string(b) == string(pan.Brand()) {
			return true
		}
	}
	return false
}
