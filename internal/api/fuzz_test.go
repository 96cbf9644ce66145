package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tolem/internal/protocol/pg"
)

// FuzzCollapse: no router sees an empty or a dot segment, a path without one stays as it is, and the request that came in is not changed.
func FuzzCollapse(f *testing.F) {
	for _, seed := range []string{"/", "//api///reg2reg", "/v1/./merchant", "/..", "/a%2f%2e%2e/b", "/%2e/", "//..//", "/a/..b", "*", "/\x00//é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.Parse(target)
		if err != nil || !strings.HasPrefix(u.Path, "/") {
			return // such a path does not come in
		}
		before, seen := u.Path, ""
		served := false
		next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { served, seen = true, r.URL.Path })
		answer := httptest.NewRecorder()
		Collapse(next).ServeHTTP(answer, &http.Request{Method: http.MethodGet, URL: u})
		if u.Path != before {
			t.Errorf("%q was changed into %q", before, u.Path)
		}
		if !served {
			if answer.Code != http.StatusNotFound || !strings.Contains(before, ".") {
				t.Errorf("%q is refused with %d", before, answer.Code)
			}
			return
		}
		for i, segment := range strings.Split(seen, "/") {
			if segment == "." || segment == ".." || segment == "" && i > 0 && i < strings.Count(seen, "/") {
				t.Errorf("%q is seen as %q", before, seen)
			}
		}
		if strings.ReplaceAll(seen, "/", "") != strings.ReplaceAll(before, "/", "") || !strings.Contains(before, "//") && seen != before {
			t.Errorf("%q is seen as %q", before, seen)
		}
	})
}

// FuzzLanguage: whatever a message asks for, the answer is in a language that there is.
func FuzzLanguage(f *testing.F) {
	for _, seed := range []string{"ru", "KZ", "de", "xx", "", "ru-RU", "\x00", "İ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		m := pg.Message{}.With("pg_language", code)
		for _, shop := range []string{"ru", "kk", "en"} {
			got := textLanguage(m, shop)
			if got != "ru" && got != "kk" && got != "en" {
				t.Errorf("%q asks for %q", code, got)
			}
			if _, known := languages[strings.ToLower(code)]; !known && code != "" && got != shop {
				t.Errorf("%q asks for %q, not for the shop's %q", code, got, shop)
			}
		}
	})
}
