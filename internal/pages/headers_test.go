package pages

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryPageKeepsItselfToItself(t *testing.T) {
	want := map[string]string{
		"Content-Type":               "text/html; charset=utf-8",
		"Cache-Control":              "no-store",
		"Referrer-Policy":            "no-referrer",
		"X-Content-Type-Options":     "nosniff",
		"Cross-Origin-Opener-Policy": "same-origin",
		"X-Robots-Tag":               "noindex, nofollow",
	}
	for name, page := range samples(English) {
		header := drawn(page).Header
		for key, value := range want {
			if header.Get(key) != value {
				t.Errorf("%s: %s is %q", name, key, header.Get(key))
			}
		}
		if !strings.Contains(header.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: no Permissions-Policy", name)
		}
		policy := header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %q", name, policy)
		}
	}
}

func TestFormsMayEndWhereTheShopIs(t *testing.T) {
	for _, test := range []struct {
		name  string
		frame Frame
		post  string
		want  string
	}{
		{"nowhere known", Frame{}, "", "form-action 'self' https:"},
		{"https shop", Frame{BackLink: "https://shop.example"}, "", "form-action 'self' https:"},
		{"http shop", Frame{BackLink: "http://shop.example/x"}, "", "form-action 'self' https: http:"},
		{"http success url", Frame{BackLink: "https://shop.example", Continues: []string{"http://localhost:8080/ok"}}, "", "form-action 'self' https: http:"},
		{"http return", Frame{BackLink: "https://shop.example"}, "http://shop.example/ok", "form-action 'self' https: http:"},
		{"https return", Frame{}, "https://shop.example/ok", "form-action 'self' https:"},
		{"no web address", Frame{BackLink: "javascript:alert(1)"}, "", "form-action 'self' https:"},
	} {
		directives := strings.Split(contentSecurityPolicy(test.frame, content{post: test.post}), "; ")
		if directives[4] != test.want {
			t.Errorf("%s: %s", test.name, directives[4])
		}
	}
}

func TestOnlyPlainOriginsMayFrame(t *testing.T) {
	for _, test := range []struct {
		origins []string
		want    string
	}{
		{nil, "'none'"},
		{[]string{"https://shop.example", "http://localhost:3000"}, "https://shop.example http://localhost:3000"},
		{[]string{"https://shop.example/path", "https://shop.example/", "shop.example", "*", "https://*", "https://*.example", "'self'"}, "'none'"},
		{[]string{"https://a.example; script-src *", "https://a.example 'unsafe-inline'", "https://u@a.example", "javascript:x", ""}, "'none'"},
		{[]string{"https://[::1]:8443"}, "https://[::1]:8443"},
	} {
		if diff := cmp.Diff(test.want, frameAncestors(test.origins)); diff != "" {
			t.Errorf("%q: %s", test.origins, diff)
		}
	}
}

func TestOnlyAPageThatWaitsMayBeAskedForByAScript(t *testing.T) {
	for name, page := range samples(English) {
		response := drawn(page)
		result, _ := page.(Result)
		waits := result.Outcome == InProcess
		if got := strings.Contains(response.Header.Get("Content-Security-Policy"), "; connect-src 'self'"); got != waits {
			t.Errorf("%s: policy %q", name, response.Header.Get("Content-Security-Policy"))
		}
		if got := strings.Contains(text(t, response), `" data-again="`); got != waits {
			t.Errorf("%s: the script asks again: %t", name, got)
		}
	}
}

func TestStatusIsTheHandlers(t *testing.T) {
	recorder := newRecorder(http.StatusTooManyRequests, Notice{Frame{}, TooManyRequests})
	if recorder.Code != http.StatusTooManyRequests || !strings.Contains(recorder.Body.String(), russian.Notices[TooManyRequests].Title) {
		t.Errorf("status %d", recorder.Code)
	}
}

// broken is a page whose template fails half way.
type broken struct{ Notice }

func (b broken) content(w *words) content {
	content := b.Notice.content(w)
	content.view = struct{ Mark, Title string }{"notice", "HALF A PAGE"}
	return content
}

func TestAPageThatCannotBeDrawnIsNotSentInPart(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	recorder := newRecorder(http.StatusOK, broken{})
	if recorder.Code != http.StatusInternalServerError || strings.Contains(recorder.Body.String(), "HALF") {
		t.Errorf("status %d, body %q", recorder.Code, recorder.Body)
	}
	if recorder.Header().Get("Cache-Control") != "no-store" || recorder.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("the bare answer has the headers %v", recorder.Header())
	}
	if !strings.Contains(log.String(), "page not drawn") || strings.Contains(log.String(), "HALF") {
		t.Errorf("logged %q", log.String())
	}
}
