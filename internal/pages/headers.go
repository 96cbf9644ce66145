package pages

import (
	"net/http"
	"net/url"
	"strings"
)

// setHeaders puts on an answer everything that keeps the page to itself (S11, S12). Strict-Transport-Security belongs to the
// server, not to a page.
//
// With no-referrer browsers send "Origin: null" with our own forms, so a handler that wants to know where a post comes
// from must read Sec-Fetch-Site. Cross-Origin-Opener-Policy cuts the tie to a window that opened the page, so that the opener
// cannot steer a page that asks for a card number; it has no effect inside a frame.
func setHeaders(header http.Header, frame Frame, shown content) {
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", string(frame.Lang.known()))
	header.Set("Content-Security-Policy", contentSecurityPolicy(frame, shown))
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
	header.Set("X-Robots-Tag", "noindex, nofollow")
}

// contentSecurityPolicy allows our own files, and forms that go to us. Chromium applies form-action to every redirect that
// follows a post: a form here may end, by way of the issuing bank, at the shop's back link, and the shop's server may redirect
// further. Those hosts are not known beforehand, so any https target is allowed, and http only when the shop itself
// uses it. Only a page that waits may ask for itself from a script.
func contentSecurityPolicy(frame Frame, shown content) string {
	formAction := "form-action 'self' https:"
	for _, address := range append([]string{frame.BackLink, shown.post}, frame.Continues...) {
		if strings.HasPrefix(webAddress(address), "http://") {
			formAction += " http:"
			break
		}
	}
	directives := []string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		formAction,
		"base-uri 'none'",
		"frame-ancestors " + frameAncestors(frame.FrameAncestors),
	}
	if shown.waits {
		directives = append(directives, "connect-src 'self'")
	}
	return strings.Join(directives, "; ")
}

func frameAncestors(origins []string) string {
	var allowed []string
	for _, text := range origins {
		if origin := originOf(text); origin != "" {
			allowed = append(allowed, origin)
		}
	}
	if len(allowed) == 0 {
		return "'none'"
	}
	return strings.Join(allowed, " ")
}

// originOf returns the text when it is a web origin: scheme, host and perhaps a port, nothing else and no wildcard. Only the
// characters of host names pass, so that no entry can add a directive of its own.
func originOf(text string) string {
	address, err := url.Parse(text)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || text != address.Scheme+"://"+address.Host {
		return ""
	}
	foreign := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-:[]", r)
	}
	if address.Host == "" || strings.ContainsFunc(address.Host, foreign) {
		return ""
	}
	return text
}
