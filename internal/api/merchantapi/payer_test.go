package merchantapi_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"tolem/internal/threeds"
)

// browse is what a payer's browser does at a hosted page: it gets it, or sends a
// form of the fields. next is where the answer leads, "" when it is a page.
func (s *seller) browse(page string, fields ...string) (status int, next string) {
	s.house.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	page = s.Base + strings.TrimPrefix(page, "https://pay.example")
	request, err := http.NewRequestWithContext(s.house.t.Context(), http.MethodGet, page, nil)
	if len(fields) > 0 {
		request, err = http.NewRequestWithContext(s.house.t.Context(), http.MethodPost, page, strings.NewReader(form.Encode()))
	}
	if err != nil {
		s.house.t.Fatal(err)
	}
	request.Header.Set("Content-Type", urlencoded)
	response, err := patient.Do(request)
	if err != nil {
		s.house.t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		s.house.t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Location")
}

// typeCard fills in the form of a hosted page. A purchase card has an expiry date.
func (s *seller) typeCard(page, pan, expiry string) (status int, next string) {
	s.house.t.Helper()
	fields := []string{"number", pan, "holder", "TEST HOLDER"}
	if expiry != "" {
		fields = append(fields, "expiry", expiry, "cvc", "123")
	}
	return s.browse(page, fields...)
}

// goThrough types a card, passes 3-D Secure if the card takes part in it, and goes on to
// the end. secure tells whether it did.
func (s *seller) goThrough(page, pan, expiry string) (status int, secure bool) {
	s.house.t.Helper()
	status, next := s.typeCard(page, pan, expiry)
	if secure = strings.Contains(next, "/3ds-page/"); secure {
		if _, next = s.browse(next, "code", threeds.Code); next != "" {
			status, _ = s.browse(next)
		}
	}
	return status, secure
}
