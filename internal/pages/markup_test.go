package pages

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// elements reads a page as strict XML (spec 02 A.5) and returns its elements in order.
func elements(page string) ([]xml.StartElement, error) {
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict = true
	var found []xml.StartElement
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if start, ok := token.(xml.StartElement); ok {
			found = append(found, start.Copy())
		}
	}
}

func attribute(element xml.StartElement, name string) (string, bool) {
	for _, attr := range element.Attr {
		if attr.Name.Local == name {
			return attr.Value, true
		}
	}
	return "", false
}

// inert says what in a page could run or lead somewhere by surprise: a script or style of its own, an event handler, an address
// that is neither local nor of the web.
func inert(all []xml.StartElement) error {
	for _, element := range all {
		switch element.Name.Local {
		case "style", "iframe", "object", "embed", "base":
			return fmt.Errorf("element %s", element.Name.Local)
		case "script":
			if source, _ := attribute(element, "src"); source != AssetsPath+assets["pages.js"].name && source != AssetsPath+assets["time.js"].name {
				return fmt.Errorf("script %q", source)
			}
		}
		for _, attr := range element.Attr {
			name := strings.ToLower(attr.Name.Local)
			if strings.HasPrefix(name, "on") || name == "style" {
				return fmt.Errorf("attribute %s of %s", name, element.Name.Local)
			}
			if slices.Contains([]string{"href", "src", "action"}, name) && !leadsSafely(attr.Value) {
				return fmt.Errorf("%s=%q of %s", name, attr.Value, element.Name.Local)
			}
		}
	}
	return nil
}

func leadsSafely(address string) bool {
	return strings.HasPrefix(address, "#") || strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") ||
		strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//")
}

func text(t rapid.TB, response *http.Response) string {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestEveryPageIsWellFormedXMLWithOneHTMLRoot(t *testing.T) {
	for _, lang := range languages {
		for name, page := range samples(lang) {
			all, err := elements(text(t, drawn(page)))
			if err != nil {
				t.Errorf("%s %s: %v", lang, name, err)
				continue
			}
			if language, _ := attribute(all[0], "lang"); all[0].Name.Local != "html" || language != string(lang) {
				t.Errorf("%s %s: root %s lang=%q", lang, name, all[0].Name.Local, language)
			}
			if err := inert(all); err != nil {
				t.Errorf("%s %s: %v", lang, name, err)
			}
		}
	}
}

func TestIdsAreUniqueAndEveryReferenceLeadsToOne(t *testing.T) {
	for name, page := range samples(Kazakh) {
		all, err := elements(text(t, drawn(page)))
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]int{}
		var references []string
		for _, element := range all {
			if id, ok := attribute(element, "id"); ok {
				ids[id]++
			}
			for _, attr := range element.Attr {
				switch attr.Name.Local {
				case "for":
					references = append(references, attr.Value)
				case "aria-describedby", "aria-labelledby":
					references = append(references, strings.Fields(attr.Value)...)
				case "href":
					if target, ok := strings.CutPrefix(attr.Value, "#"); ok {
						references = append(references, target)
					}
				}
			}
		}
		for id, count := range ids {
			if count != 1 {
				t.Errorf("%s: id %s occurs %d times", name, id, count)
			}
		}
		for _, reference := range references {
			if ids[reference] == 0 {
				t.Errorf("%s: nothing has the id %s", name, reference)
			}
		}
	}
}

func TestEveryInputHasALabel(t *testing.T) {
	for name, page := range samples(Kazakh) {
		all, err := elements(text(t, drawn(page)))
		if err != nil {
			t.Fatal(err)
		}
		labelled := map[string]bool{}
		for _, element := range all {
			if id, ok := attribute(element, "for"); ok && element.Name.Local == "label" {
				labelled[id] = true
			}
		}
		for _, element := range all {
			id, _ := attribute(element, "id")
			if kind, _ := attribute(element, "type"); element.Name.Local == "input" && kind != "hidden" && !labelled[id] {
				t.Errorf("%s: input %q has no label", name, id)
			}
		}
	}
}

// hostile are texts that try to leave their place.
var hostile = []string{
	`"><script>alert(1)</script>`, `'><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `JaVaScRiPt://shop.example/%0aalert(1)`,
	`data:text/html,<script>alert(1)</script>`, `//evil.example`, `/\evil.example`, "\x00\x01\x0b", "\xff\xfe", "]]>", "<!--", "&bogus;", "{{.}}",
	"\u202e000 01", "\uffff", `https://shop.example/"onmouseover="alert(1)`,
}

func TestNoTextLeavesItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		foreign := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String())
		frame := Frame{
			Lang: rapid.SampledFrom(languages).Draw(t, "lang"), Merchant: foreign.Draw(t, "merchant"), BackLink: foreign.Draw(t, "back"),
			Self: foreign.Draw(t, "self"), FrameAncestors: []string{foreign.Draw(t, "ancestor")}, Continues: []string{foreign.Draw(t, "continues")},
			Embedded: rapid.Bool().Draw(t, "embedded"),
		}
		form := Form{
			Brands:   []Brand{Brand(foreign.Draw(t, "brand"))},
			Values:   Values{foreign.Draw(t, "number"), foreign.Draw(t, "holder"), foreign.Draw(t, "expiry")},
			Problems: []Problem{Problem(foreign.Draw(t, "problem"))},
		}
		money := Money{foreign.Draw(t, "amount"), foreign.Draw(t, "currency")}
		card, description := foreign.Draw(t, "card"), foreign.Draw(t, "description")
		page := rapid.SampledFrom([]Page{
			PayoutCardForm{frame, form},
			CardForm{frame, form, money},
			PayoutForm{Frame: frame, Form: form, Amount: money, Description: description},
			Result{Frame: frame, Operation: Payout, Outcome: InProcess, Amount: money, Description: description, Card: card},
			Result{
				Frame: frame, Operation: Purchase, Outcome: Refused, Said: description, Order: card,
				Return: Return{foreign.Draw(t, "return"), rapid.Bool().Draw(t, "post"), []ReturnField{{description, card}}, time.Second},
			},
			Result{Frame: frame, Operation: Purchase, Return: Return{"https://shop.example/" + card, true, []ReturnField{{card, description}}, 0}},
			Checkout{
				Frame: frame, Form: form, Amount: money, Description: description, Order: card, Trouble: Trouble{ShopRefused, description, 0},
				Positions: []Position{{description, card, money, money}}, Cards: []SavedCard{{card, description, Visa, card}},
				Methods: []Method{Method(card), Cash, BankCard}, Contact: Contact{true, true, card},
			},
			AmountForm{Frame: frame, From: money, To: money, Amount: card, Problem: Problem(description), Description: description, Order: card},
			Challenge{Frame: frame, Amount: money, Card: card},
			Notice{frame, NotFound},
		}).Draw(t, "page")
		response := drawn(page)
		if response.StatusCode != http.StatusOK {
			t.Fatalf("status %d", response.StatusCode)
		}
		all, err := elements(text(t, response))
		if err != nil {
			t.Fatal(err)
		}
		if err := inert(all); err != nil {
			t.Fatal(err)
		}
		if policy := response.Header.Get("Content-Security-Policy"); strings.Count(strings.TrimSuffix(policy, "; connect-src 'self'"), ";") != 6 {
			t.Fatalf("policy %q", policy)
		}
	})
}

func TestOnlyWebAddressesBecomeTheLinkBack(t *testing.T) {
	for _, back := range append([]string{"", "shop.example", "https:///path", "ftp://shop.example"}, hostile[2:7]...) {
		page := text(t, drawn(PayoutCardForm{Frame{BackLink: back}, Form{}}))
		if strings.Contains(page, russian.BackToShop) {
			t.Errorf("%q became a link", back)
		}
	}
	for _, back := range []string{"https://shop.example/wallet?a=1&b=2", "http://localhost:8080/done"} {
		page := text(t, drawn(Result{Frame: Frame{BackLink: back}, Operation: Payout, Outcome: Failed}))
		if !strings.Contains(page, russian.BackToShop) {
			t.Errorf("%q did not become a link", back)
		}
	}
}

func TestInvisibleMarksCannotTurnTheTextRound(t *testing.T) {
	page := text(t, drawn(PayoutForm{Frame: Frame{Merchant: "Shop\u202egnp.exe"}, Amount: Money{"1\u2066000", "KZT"}}))
	if strings.ContainsAny(page, "\u202e\u2066") {
		t.Error("a bidirectional control is in the page")
	}
}
