package merchantapi_test

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tolem/internal/protocol/pg"
)

// send makes the call and returns the lines of its answer.
func (s *stage) send(words []string, message pg.Message, ruler string) []string {
	s.Helper()
	method, path, options := words[0], words[1], strings.Join(words[2:], " ")
	shop := s.sells[""]
	if from, ok := strings.CutPrefix(options, "from other"); ok {
		options, shop = strings.TrimSpace(from), s.sells["other"]
		message = s.known.apply(message, "pg_merchant_id={other}")
	}
	request, err := http.NewRequestWithContext(s.Context(), method, shop.Base+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	options, asJSON := strings.CutSuffix(options, " as json")
	signed := shop.signed(path, message, options)
	switch {
	case method == http.MethodGet:
		request.URL.RawQuery = pg.EncodeForm(signed)
	case asJSON:
		request = carriers["JSON with texts"](request.URL.String(), signed).WithContext(s.Context())
	default:
		request.Body = io.NopCloser(strings.NewReader(pg.EncodeForm(signed)))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := patient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return shop.read(s.T, response, string(body), path, strings.TrimSuffix(ruler, " at last"))
}

// signed adds salt and signature: those of the path's own secret, or as the
// options say.
func (s *seller) signed(path string, message pg.Message, options string) pg.Message {
	signer := s.Client
	switch options {
	case "unsigned":
		return message
	case "signed by purchase":
		signer.Payout = s.Purchase
	case "signed by payout":
		signer.Purchase = s.Payout
	case "signed by nobody":
		signer.Purchase, signer.Payout = "another secret", "another secret"
	}
	return signer.Sign(path, message)
}

var freshSalt = regexp.MustCompile(`^[A-Za-z0-9]{16}$`)

// read checks an answer against a ruler such as "200 signed by payout root root"
// and returns its fields as lines.
func (s *seller) read(t *testing.T, response *http.Response, body, path, ruler string) []string {
	t.Helper()
	status, seal, _ := strings.Cut(ruler, " ")
	if got := strconv.Itoa(response.StatusCode); got != status {
		t.Errorf("HTTP status %s, want %s", got, status)
	}
	seal, root, ok := strings.Cut(seal, " root ")
	if !ok {
		root = "response"
	}
	contentType := map[string]string{"text": "text/plain; charset=utf-8", "json": "application/json"}[seal]
	if contentType == "" {
		contentType = "application/xml; charset=utf-8"
	}
	if got := response.Header.Get("Content-Type"); got != contentType {
		t.Errorf("content type %q, want %q", got, contentType)
	}
	if seal == "text" || seal == "json" {
		return strings.Split(strings.TrimSpace(body), "\n")
	}
	if begin := "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<" + root + ">"; !strings.HasPrefix(body, begin) {
		t.Errorf("the answer begins %.60q, want %q", body, begin)
	}
	answer, err := pg.ParseXML([]byte(body))
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return lines(nil, "", s.unsealed(t, answer, path, seal))
}

// unsealed checks that an answer is signed as the ruler says, and returns the rest.
func (s *seller) unsealed(t *testing.T, answer pg.Message, path, seal string) pg.Message {
	t.Helper()
	purpose, signed := strings.CutPrefix(seal, "signed by ")
	if !signed {
		return answer // a salt or signature shows among the lines
	}
	secret := map[string]string{"purchase": s.Purchase, "payout": s.Payout}[purpose]
	end := answer[max(0, len(answer)-2):]
	switch {
	case len(end) < 2 || end[0].Name != "pg_salt" || end[1].Name != "pg_sig":
		t.Error("the answer is not signed")
		return answer
	case !freshSalt.MatchString(end[0].Value):
		t.Errorf("salt %q", end[0].Value)
	case !pg.Verify(pg.Script(path), answer, secret):
		t.Errorf("the answer is not signed with the %s secret and script %q", purpose, pg.Script(path))
	}
	return answer[:len(answer)-2]
}

// lines writes fields out, one a line: "card/" begins a card, "card/pg_status=ok"
// is a field of it.
func lines(before []string, prefix string, m pg.Message) []string {
	for _, f := range m {
		if f.Nested != nil {
			before = lines(append(before, prefix+f.Name+"/"), prefix+f.Name+"/", f.Nested)
			continue
		}
		before = append(before, prefix+f.Name+"="+f.Value)
	}
	return before
}

// refusedWith checks a signed refusal: its code, and the field that it names.
func refusedWith(t *testing.T, what string, answer pg.Message, code, field string) {
	t.Helper()
	if answer.Get("pg_status") != "error" || answer.Get("pg_error_code") != code || !strings.Contains(answer.Get("pg_error_description"), field) {
		t.Errorf("%s: status %q, code %q, %q: want code %s and the name %s", what, answer.Get("pg_status"), answer.Get("pg_error_code"),
			answer.Get("pg_error_description"), code, field)
	}
}
