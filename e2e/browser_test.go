package e2e

import (
	"io"
	"net/http"
	"net/url"
	"testing"
)

// browser does not follow redirects by itself.
var browser = http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// open gets a page and tells where it leads, if it does.
func open(t *testing.T, page string) (status int, location string) {
	t.Helper()
	response, err := browser.Get(page)
	return visit(t, response, err)
}

// submit posts a form and tells where it leads.
func submit(t *testing.T, page string, fields ...string) (status int, location string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	response, err := browser.PostForm(page, form)
	return visit(t, response, err)
}

func visit(t *testing.T, response *http.Response, err error) (status int, location string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Location")
}
