package merchantapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

// accounts are all balances of the house.
func (h *house) accounts() (all []ledger.Account) {
	h.t.Helper()
	err := h.DB.View(h.t.Context(), func(tx *store.Tx) (err error) {
		all, err = ledger.Accounts.Select(h.t.Context(), tx, "ORDER BY merchant_id, book, name, currency")
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// bad is a message that one field of an endpoint makes bad. It is sent as it is
// written, so that it can hold what no encoder of ours writes.
type bad struct {
	what string
	form pg.Message
}

// badMessages are the ways in which one field can be bad.
func badMessages(shop *seller, e target, f targetField) (all []bad) {
	kind := kinds[f.kind]
	good := e.message(shop, f.name)
	without := good.Without(f.name)
	add := func(what, name, value string) {
		all = append(all, bad{what, append(without[:len(without):len(without)], pg.Field{Name: name, Value: value})})
	}
	if f.required {
		all = append(all, bad{"missing", without})
		add("empty", f.name, "")
	}
	for _, evil := range kind.evil {
		add("evil", f.name, evil)
	}
	add("too long", f.name, f.good+strings.Repeat("0", kind.longest+1-len(f.good)))
	add("far too long", f.name, strings.Repeat("9", 100_000))
	if !kind.semicolons {
		add("a semicolon", f.name, f.good+";1")
	}
	for _, control := range []string{"\x00", "\x1b[31m", "\x7f", "\u0085", "\u009f"} {
		add("a control character", f.name, f.good+control)
	}
	for _, invalid := range []string{"\xff", "\xc0\xaf", "\xed\xa0\x80", "\ufffe", "\uffff"} {
		add("bytes that are no text", f.name, f.good+invalid)
	}
	add("nested", f.name+"[x]", f.good)
	add("a list", f.name+"[]", f.good)
	all = append(all, bad{"twice", append(good[:len(good):len(good)], pg.Field{Name: f.name, Value: f.good})})
	return all
}

// form writes the fields as they are, where pg.EncodeForm would make a list of two of one name.
func form(m pg.Message) string {
	pairs := make([]string, len(m))
	for i, f := range m {
		pairs[i] = pg.EncodeForm(pg.Message{f})
	}
	return strings.Join(pairs, "&")
}

// seal signs a message that is written as form writes it: the names with
// brackets are what the server reads as nested.
func (s *seller) seal(t *testing.T, path string, m pg.Message) string {
	t.Helper()
	read := make(pg.Message, len(m))
	for i, f := range m {
		read[i] = f
		if name, _, nested := strings.Cut(f.Name, "["); nested {
			read[i] = pg.Field{Name: name, Nested: pg.Message{{Name: "x", Value: f.Value}}}
		}
	}
	sealed := s.Sign(path, read)
	return form(append(m[:len(m):len(m)], sealed[len(sealed)-2:]...))
}

func TestABadFieldIsNamedInASignedRefusalAndMovesNothing(t *testing.T) {
	t.Parallel()
	h := open(t, platform.Config{})
	shop := h.enroll(merchant.Test)
	good, _ := shop.save("cardstoragepayout", "drv-88", "4671593866478252", "")
	before := h.accounts()
	sent := 0
	for _, e := range targets(good) {
		path := e.pathOf(shop)
		for _, f := range e.fields {
			for _, b := range badMessages(shop, e, f) {
				what := fmt.Sprintf("%s: %s is %s", e.path, f.name, b.what)
				sent++
				status, body := ask(t, raw("POST", h.URL()+path, urlencoded, shop.seal(t, path, b.form)))
				answer, err := pg.ParseXML([]byte(body))
				if err != nil || status != 200 {
					t.Fatalf("%s: HTTP %d, %s", what, status, body)
				}
				refusedWith(t, what, answer, "9403", "Parameter "+f.name)
				if !pg.Verify(pg.Script(path), answer, e.secret(shop)) {
					t.Errorf("%s: the refusal is not signed", what)
				}
			}
		}
		if diff := cmp.Diff(before, h.accounts()); diff != "" {
			t.Fatalf("%s moved money:\n%s", e.path, diff)
		}
	}
	if sent < 1000 {
		t.Errorf("only %d bad messages", sent)
	}
}
