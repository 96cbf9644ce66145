package merchantapi_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// unsignedCode is the code of an answer that has three fields and no signature.
func unsignedCode(t *testing.T, what, body string) string {
	t.Helper()
	answer, err := pg.ParseXML([]byte(body))
	if err != nil {
		t.Fatalf("%s: %q: %v", what, body, err)
	}
	if len(answer) != 3 || answer.Get("pg_status") != "error" {
		t.Errorf("%s: %s", what, body)
	}
	return answer.Get("pg_error_code")
}

func TestWhatIsNoMessageIsRefusedUnsigned(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	good, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	payout := func(more ...pg.Field) string {
		return form(append(shop.Sign("/api/reg2reg", payoutOf(shop, good, "A-1", "1")), more...))
	}
	xml := func(document string) string { return "pg_xml=" + url.QueryEscape(document) }
	document := string(pg.EncodeXML("request", shop.Sign("/api/reg2reg", payoutOf(shop, good, "A-1", "1"))))
	entities := `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">` + strings.Repeat(`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">`, 10) + `]>`
	before := h.accounts()
	for what, c := range map[string]struct {
		contentType, body string
		status            int
		code              string
	}{
		"a document type":                 {urlencoded, xml(strings.Replace(document, "<request>", "<!DOCTYPE request><request>", 1)), 200, "9403"},
		"entities of entities":            {urlencoded, xml(strings.Replace(document, "<request>", entities+"<request>", 1)), 200, "9403"},
		"an external entity":              {urlencoded, xml(`<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><pg_amount>&x;</pg_amount></r>`), 200, "9403"},
		"half a document":                 {urlencoded, xml(document[:len(document)/2]), 200, "9403"},
		"a document of another charset":   {urlencoded, xml(strings.Replace(document, "utf-8", "utf-7", 1)), 200, "9403"},
		"XML nested too deep":             {urlencoded, xml("<r>" + strings.Repeat("<a>", 10000) + strings.Repeat("</a>", 10000) + "</r>"), 200, "9403"},
		"names nested too deep":           {urlencoded, payout() + "&a[b][c][d][e][f]=1", 200, "9403"},
		"names nested absurdly deep":      {urlencoded, payout() + "&a" + strings.Repeat("[a]", 20000) + "=1", 200, "9403"},
		"JSON nested absurdly deep":       {"application/json", strings.Repeat(`{"a":`, 50000) + "1" + strings.Repeat("}", 50000), 200, "9403"},
		"1001 fields":                     {urlencoded, payout() + strings.Repeat("&a=1", 1001), 200, "9403"},
		"100,000 fields":                  {urlencoded, strings.Repeat("a&", 100_000), 200, "9403"},
		"a body over the limit":           {urlencoded, payout() + "&a=" + strings.Repeat("x", 1<<20), 413, "9403"},
		"a body far over the limit":       {urlencoded, payout() + "&a=" + strings.Repeat("x", 8<<20), 413, "9403"},
		"JSON over the limit":             {"application/json", `{"a":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "9403"},
		"half a form escape":              {urlencoded, payout() + "&a=%", 200, "9403"},
		"half a multipart body":           {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", 200, "9403"},
		"a multipart body without bounds": {"multipart/form-data", "--b--", 200, "9403"},
		"JSON that is a list":             {"application/json", `[{"pg_merchant_id":1}]`, 200, "9403"},
		"JSON that is a text":             {"application/json", `"pg_merchant_id=1"`, 200, "9403"},
		"half JSON":                       {"application/json", `{"pg_merchant_id":`, 200, "9403"},
		"a form that says it is JSON":     {"application/json", payout(), 200, "9403"},
		"JSON that says it is a form":     {urlencoded, `{"pg_merchant_id":1}`, 200, "9998"},
		"a content type that is none":     {"\"", payout(), 200, "9403"},
		"a text":                          {"text/plain", payout(), 200, "9998"},
		"bare XML":                        {"application/xml", document, 200, "9998"},
		"bytes":                           {"application/octet-stream", payout(), 200, "9998"},
		"nothing":                         {"", "", 200, "9998"},
		"an empty document":               {urlencoded, xml("<r/>"), 200, "9998"},
		"an empty object":                 {"application/json", "{}", 200, "9998"},
	} {
		for _, path := range []string{"/api/reg2reg", shop.path("/cardstorage/add"), "/get_status2.php"} {
			status, body := ask(t, raw("POST", h.URL()+path, c.contentType, c.body))
			if code := unsignedCode(t, what, body); status != c.status || code != c.code {
				t.Errorf("%s to %s: HTTP %d, code %s: want %d and %s", what, path, status, code, c.status, c.code)
			}
		}
	}
	if diff := cmp.Diff(before, h.accounts()); diff != "" {
		t.Errorf("money was moved:\n%s", diff)
	}
}

func TestUnknownFieldsAreSignedAndOtherwiseIgnored(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	good, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	for _, e := range targets(good) {
		path := e.pathOf(shop)
		plain, err := shop.Send(t.Context(), path, shop.Sign(path, e.message(shop, "pg_order_id")))
		if err != nil {
			t.Fatalf("%s: %v", e.path, err)
		}
		extended := append(e.message(shop, "pg_order_id"), pg.Field{Name: "a", Value: "; drop"}, pg.Field{Name: "pg_unknown", Value: "\t\r\n"},
			pg.Field{Name: "z", Nested: pg.Message{{Name: "0", Value: "x"}, {Name: "1", Nested: pg.Message{{Name: "y", Value: "😀"}}}}})
		again, err := shop.Send(t.Context(), path, shop.Sign(path, extended))
		if err != nil {
			t.Fatalf("%s: %v", e.path, err)
		}
		for _, same := range []string{"pg_status", "pg_error_code", "pg_error_description", "pg_balance", "pg_transaction_status"} {
			if plain.Get(same) != again.Get(same) {
				t.Errorf("%s: %s is %q, and %q with unknown fields", e.path, same, plain.Get(same), again.Get(same))
			}
		}
	}
}
