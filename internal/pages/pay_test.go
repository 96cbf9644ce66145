package pages

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// posts are the names of what each form of a page posts, hidden fields and named buttons with their values.
func posts(t *testing.T, page Page) [][]string {
	t.Helper()
	all, err := elements(text(t, drawn(page)))
	if err != nil {
		t.Fatal(err)
	}
	var forms [][]string
	for _, element := range all {
		name, named := attribute(element, "name")
		kind, _ := attribute(element, "type")
		value, _ := attribute(element, "value")
		switch {
		case element.Name.Local == "form":
			forms = append(forms, nil)
		case !named || element.Name.Local != "input" && element.Name.Local != "button":
		case kind == "text":
			forms[len(forms)-1] = append(forms[len(forms)-1], name)
		default:
			forms[len(forms)-1] = append(forms[len(forms)-1], name+"="+value)
		}
	}
	return forms
}

func TestCancellingSendsNothingOfTheCard(t *testing.T) {
	page := Checkout{Frame: Frame{Lang: English}, Cards: []SavedCard{{Key: "k1"}}, CanSave: true}
	want := [][]string{
		{"lang=en", "saved=k1", "saved=", "number", "expiry", "cvc", "holder", "save=1"},
		{"lang=en", "cancel=1"},
	}
	if diff := cmp.Diff(want, posts(t, page)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"lang=en", "amount"}, {"lang=en", "cancel=1"}}, posts(t, AmountForm{Frame: Frame{Lang: English}})); diff != "" {
		t.Error(diff)
	}
}

// A field more, or a blank less, and the shop could not verify the signature.
func TestTheShopIsPostedWhatWasSignedAndNothingElse(t *testing.T) {
	page := Result{Operation: Purchase, Outcome: Succeeded, Return: Return{
		Address: "https://shop.example/ok?cart=7&x=%D0%B0", Post: true,
		Fields: []ReturnField{{"pg_order_id", " A\"<10>&amp; "}, {"lang", "\u202eкк"}, {"pg_sig", "0ac7"}},
	}}
	if diff := cmp.Diff([][]string{{"pg_order_id= A\"<10>&amp; ", "lang=\u202eкк", "pg_sig=0ac7"}}, posts(t, page)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(text(t, drawn(page)), `<form method="post" action="https://shop.example/ok?cart=7&amp;x=%D0%B0" data-return="0">`) {
		t.Error("the form leads elsewhere")
	}
}

func TestWhereAPageGoesByItself(t *testing.T) {
	frame := Frame{Self: "/pay.html?customer=abc", Lang: Kazakh, BackLink: "https://shop.example/"}
	now := time.Date(2026, time.March, 2, 14, 5, 0, 0, time.UTC)
	result := func(outcome Outcome, back Return) Result {
		return Result{Frame: frame, Operation: Purchase, Outcome: outcome, Return: back}
	}
	get := Return{Address: "https://shop.example/ok?pg_order_id=A-1&pg_sig=0ac7", After: 10 * time.Second}
	for _, test := range []struct {
		name string
		page Page
		want string
	}{
		{"to itself while the bank has not answered", result(InProcess, get), "4; url=/pay.html?customer=abc&lang=kk"},
		{"to itself, having no address", Result{Operation: Payout, Outcome: InProcess}, "4"},
		{"to the shop after a time", result(Succeeded, get), "10; url=https://shop.example/ok?pg_order_id=A-1&pg_sig=0ac7"},
		{"to the shop at once", result(Failed, Return{Address: "https://shop.example/no"}), "0; url=https://shop.example/no"},
		{"nowhere with a form, which needs a click", result(Succeeded, Return{Address: get.Address, Post: true}), ""},
		{"nowhere with another address", result(Succeeded, Return{Address: "javascript:alert(1)"}), ""},
		{"nowhere without one", result(Cancelled, Return{}), ""},
		{"to itself when the time to pay is over", Checkout{Frame: frame, Lifetime: Lifetime{now.Add(90 * time.Second), now}}, "90; url=/pay.html?customer=abc&lang=kk"},
		{"the last part of a second counts", AmountForm{Frame: frame, Lifetime: Lifetime{now.Add(time.Millisecond), now}}, "1; url=/pay.html?customer=abc&lang=kk"},
		{"nowhere when it is over already", Checkout{Frame: frame, Lifetime: Lifetime{now, now}}, ""},
		{"nowhere when there is no limit", Checkout{Frame: frame}, ""},
		{"nowhere from another form", PayoutCardForm{Frame: frame}, ""},
	} {
		response := drawn(test.page)
		if response.Header.Get("Refresh") != "" {
			t.Errorf("%s: the header moves a browser with JavaScript too", test.name)
		}
		all, err := elements(text(t, response))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for i, element := range all {
			if kind, _ := attribute(element, "http-equiv"); kind == "refresh" && all[i-1].Name.Local == "noscript" {
				got, _ = attribute(element, "content")
			}
		}
		if got != test.want {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}

func TestAWayBackStandsInForTheBackLink(t *testing.T) {
	frame := Frame{BackLink: "https://shop.example/cart", Lang: English}
	for _, test := range []struct {
		outcome Outcome
		back    Return
		want    string
	}{
		{Succeeded, Return{Address: "https://shop.example/ok"}, `<a class="button" rel="noreferrer" href="https://shop.example/ok" data-return="0">`},
		{Succeeded, Return{Address: "shop.example/ok"}, `<a class="button" rel="noreferrer" href="https://shop.example/cart">`},
		{InProcess, Return{Address: "https://shop.example/state"}, `<a class="button quiet" rel="noreferrer" href="https://shop.example/state">`},
		{InProcess, Return{Address: "https://shop.example/state", Post: true}, `<form method="post" action="https://shop.example/state">`},
		{InProcess, Return{}, `<a class="button quiet" rel="noreferrer" href="https://shop.example/cart">`},
	} {
		page := text(t, drawn(Result{Frame: frame, Operation: Purchase, Outcome: test.outcome, Return: test.back}))
		if !strings.Contains(page, test.want) || strings.Count(page, english.BackToShop) != 1 {
			t.Errorf("%s: no %s", test.back.Address, test.want)
		}
	}
}

func TestTheShopsWordsArePlainTextAndItsOwn(t *testing.T) {
	frame := Frame{Lang: English}
	const said, shown = `Out of <b>stock</b>`, `The shop says: <q>Out of &lt;b&gt;stock&lt;/b&gt;</q>`
	for _, page := range []Page{
		Checkout{Frame: frame, Trouble: Trouble{Kind: ShopRefused, Said: said}},
		Result{Frame: frame, Operation: Purchase, Outcome: Refused, Said: said},
	} {
		if !strings.Contains(text(t, drawn(page)), shown) {
			t.Errorf("%T does not show what the shop said", page)
		}
	}
	for _, page := range []Page{
		Checkout{Frame: frame, Trouble: Trouble{Kind: ShopSilent, Said: said}},
		Result{Frame: frame, Operation: Purchase, Outcome: Succeeded, Said: said},
	} {
		if strings.Contains(text(t, drawn(page)), "stock") {
			t.Errorf("%T shows words of the shop where it said none", page)
		}
	}
}

func TestEachTroubleStandsAboveTheForm(t *testing.T) {
	for kind, said := range russian.Troubles {
		page := text(t, drawn(Checkout{Trouble: Trouble{Kind: kind, Code: 10009}}))
		if !strings.Contains(page, `<h2 id="summary-title">`+said.Title+`</h2>`) || !strings.Contains(page, "<p>"+said.Text+"</p>") ||
			!strings.Contains(page, "<title>"+said.Title) {
			t.Errorf("trouble %d is not explained", kind)
		}
		if strings.Contains(page, russian.Declines[10009]) != (kind == CardDeclined) {
			t.Errorf("trouble %d: the bank's reason", kind)
		}
	}
	if strings.Contains(text(t, drawn(Checkout{})), `id="summary"`) {
		t.Error("trouble without a reason")
	}
}

// checked are the values of the radio buttons of a name, the checked ones marked.
func checked(t *testing.T, page Page, name string) string {
	t.Helper()
	all, err := elements(text(t, drawn(page)))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, element := range all {
		if got, _ := attribute(element, "name"); got != name {
			continue
		}
		value, _ := attribute(element, "value")
		if _, ok := attribute(element, "checked"); ok {
			value += "*"
		}
		values = append(values, value)
	}
	return strings.Join(values, " ")
}

func TestOneChoiceIsTaken(t *testing.T) {
	cards := []SavedCard{{Key: "k1"}, {Key: "k2"}}
	for _, test := range []struct {
		page Checkout
		name string
		want string
	}{
		{Checkout{}, FieldMethod, ""},
		{Checkout{Methods: []Method{BankCard}}, FieldMethod, ""},
		{Checkout{Methods: []Method{BankCard, "barter"}}, FieldMethod, ""},
		{Checkout{Methods: []Method{Wallet, BankCard}}, FieldMethod, "wallet* bankcard"},
		{Checkout{Methods: []Method{Wallet, BankCard}, Method: BankCard}, FieldMethod, "wallet bankcard*"},
		{Checkout{}, FieldSaved, ""},
		{Checkout{Cards: cards}, FieldSaved, "k1 k2 *"},
		{Checkout{Cards: cards, Saved: "k2"}, FieldSaved, "k1 k2* "},
		{Checkout{Cards: cards, Saved: "gone"}, FieldSaved, "k1 k2 *"},
		{Checkout{CanSave: true}, FieldSave, "1"},
		{Checkout{CanSave: true, Save: true}, FieldSave, "1*"},
	} {
		if got := checked(t, test.page, test.name); got != test.want {
			t.Errorf("%s of %d methods and %d cards: %q, not %q", test.name, len(test.page.Methods), len(test.page.Cards), got, test.want)
		}
	}
}

func TestTheDeadlineIsForPeopleAndForTheScript(t *testing.T) {
	deadline := time.Date(2026, time.March, 2, 14, 5, 0, 0, time.FixedZone("", 5*60*60))
	page := func(now time.Time) string {
		return text(t, drawn(Checkout{Frame: Frame{Lang: English}, Lifetime: Lifetime{deadline, now}}))
	}
	const open = `<time id="left" datetime="2026-03-02T14:05:00&#43;05:00" data-seconds="600" `
	if got := page(deadline.Add(-10 * time.Minute)); !strings.Contains(got, open) || !strings.Contains(got, ">2 March 2026, 14:05\u00a0(UTC&#43;5)</time>") {
		t.Error("the deadline is not shown")
	}
	if strings.Contains(page(deadline.Add(time.Hour)), "data-seconds") {
		t.Error("the script counts down from nothing")
	}
}
