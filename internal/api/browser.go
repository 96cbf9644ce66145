package api

import (
	"net/http"

	"tolem/internal/pages"
	"tolem/internal/protocol/codes"
)

// show answers a payer's browser: it goes on, or reads why it cannot (spec 01, 2.4).
// Nothing that the browser brought is shown but the name of a field.
func (a answer) show(w http.ResponseWriter, r *http.Request) {
	if a.location != "" {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Location", a.location)
		w.WriteHeader(http.StatusFound)
		return
	}
	frame := pages.Frame{Lang: pages.Negotiate(a.asked, r.Header.Get("Accept-Language"), pages.Russian)}
	switch {
	case a.code == codes.TooFrequent:
		pages.Render(w, http.StatusTooManyRequests, pages.Notice{Frame: frame, Kind: pages.TooManyRequests})
	case a.code == codes.SystemError:
		pages.Render(w, http.StatusServiceUnavailable, pages.Notice{Frame: frame, Kind: pages.Unavailable})
	case a.http == http.StatusRequestEntityTooLarge:
		pages.Render(w, a.http, pages.Rejection{Frame: frame, Code: int(a.code)})
	default:
		pages.Render(w, http.StatusBadRequest, pages.Rejection{Frame: frame, Code: int(a.code), Field: a.field})
	}
}
