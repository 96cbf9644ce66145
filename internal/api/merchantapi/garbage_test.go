package merchantapi_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// garble draws a text: one that other fields take, a random one, or random bytes.
func garble(others []string) *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(others), rapid.String(), rapid.StringMatching(`[0-9.;+eE-]{1,30}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) string { return string(b) }))
}

// Whatever comes in, and however it is signed, an answer is an answer of the
// contract, and money moves only when the answer says so.
func TestGarbageIsAnsweredAndMovesNothing(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	good, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	endpoints := targets(good)
	var names, values []string
	for _, e := range endpoints {
		for _, f := range e.fields {
			names, values = append(names, f.name), append(values, f.good)
		}
	}
	names = append(names, "pg_merchant_id", "pg_salt", "pg_sig", "pg_xml", "pg_encoding", "pg_language", "subscription_type", "a[0]", "a[]", "x")
	encodings := []string{"query", "urlencoded", "multipart", "pg_xml", "JSON with texts"}
	rapid.Check(t, func(r *rapid.T) {
		e := rapid.SampledFrom(endpoints).Draw(r, "endpoint")
		path := e.pathOf(shop)
		message := e.message(shop, rapid.SampledFrom(names).Draw(r, "also"))
		for range rapid.IntRange(1, 4).Draw(r, "mistakes") {
			i := rapid.IntRange(0, len(message)).Draw(r, "place")
			field := pg.Field{Name: rapid.SampledFrom(names).Draw(r, "name"), Value: garble(values).Draw(r, "value")}
			if i < len(message) && rapid.Bool().Draw(r, "keep its name") {
				field.Name = message[i].Name
			}
			message = slices.Insert(slices.Delete(message, i, min(i+rapid.IntRange(0, 1).Draw(r, "replace"), len(message))), i, field)
		}
		if rapid.Bool().Draw(r, "sign it") {
			message = shop.Sign(path, message)
		}
		before := h.accounts()
		request := carriers[rapid.SampledFrom(encodings).Draw(r, "encoding")](h.URL()+path, message)
		status, body := ask(t, request)
		answer, err := pg.ParseXML([]byte(body))
		if err != nil || !slices.Contains([]int{200, 401}, status) {
			r.Fatalf("HTTP %d, %q", status, body)
		}
		if strings.Contains(body, "goroutine") || strings.Contains(body, ".go:") || answer.Get("pg_error_code") == "9999" {
			r.Fatalf("the inside shows: %s", body)
		}
		if diff := cmp.Diff(before, h.accounts()); diff != "" && !slices.Contains([]string{"ok", "process"}, answer.Get("pg_status")) {
			r.Fatalf("%s moved money:\n%s", body, diff)
		}
	})
	h.verify()
}
