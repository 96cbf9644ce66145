package pages

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func inputs(t *testing.T, page Page) map[string]string {
	t.Helper()
	all, err := elements(text(t, drawn(page)))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, element := range all {
		if element.Name.Local == "input" {
			name, _ := attribute(element, "name")
			values[name], _ = attribute(element, "value")
		}
	}
	return values
}

func TestFormsAskForWhatTheirPurposeNeeds(t *testing.T) {
	for _, test := range []struct {
		page   Page
		fields []string
	}{
		{PayoutCardForm{}, []string{FieldNumber, FieldHolder}},
		{PayoutForm{}, []string{FieldNumber, FieldHolder}},
		{CardForm{}, []string{FieldNumber, FieldHolder, FieldExpiry, FieldCVC}},
		{Challenge{}, []string{FieldCode}},
		{Checkout{}, []string{FieldNumber, FieldHolder, FieldExpiry, FieldCVC}},
		{Checkout{Contact: Contact{Asked: true}}, []string{FieldNumber, FieldHolder, FieldExpiry, FieldCVC, FieldContact}},
		{Checkout{CanSave: true}, []string{FieldNumber, FieldHolder, FieldExpiry, FieldCVC, FieldSave}},
		{Checkout{AskCode: true}, []string{FieldNumber, FieldHolder, FieldExpiry, FieldCVC}},
		{Checkout{Cards: []SavedCard{{}}, AskCode: true}, []string{FieldNumber, FieldHolder, FieldExpiry, FieldCVC, FieldSaved, FieldSavedCVC}},
		{Checkout{Cards: []SavedCard{{}}}, []string{FieldNumber, FieldHolder, FieldExpiry, FieldCVC, FieldSaved}},
		{Checkout{Methods: []Method{BankCard, Cash}}, []string{FieldNumber, FieldHolder, FieldExpiry, FieldCVC, FieldMethod}},
		{AmountForm{}, []string{FieldAmount}},
	} {
		got := inputs(t, test.page)
		if len(got) != len(test.fields)+1 {
			t.Errorf("%T asks for %v", test.page, got)
		}
		for _, name := range append(test.fields, FieldLang) {
			if _, ok := got[name]; !ok {
				t.Errorf("%T does not ask for %s", test.page, name)
			}
		}
	}
}

func TestAfterAMistakeEverythingButTheCVCIsKept(t *testing.T) {
	form := Form{Values: Values{testNumber, "AIGUL SERIKOVA", "08/29"}, Problems: []Problem{ExpiryPast}}
	got := inputs(t, CardForm{Frame: Frame{Lang: English}, Form: form})
	want := map[string]string{
		FieldNumber: testNumber, FieldHolder: "AIGUL SERIKOVA", FieldExpiry: "08/29", FieldCVC: "", FieldLang: "en",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is not as expected", name)
		}
	}
}

func TestCardNumberStandsInItsFieldOnly(t *testing.T) {
	for name, page := range samples(Russian) {
		response := drawn(page)
		body := text(t, response)
		if strings.Count(body, testNumber) > 1 {
			t.Errorf("%s: the number stands in several places", name)
		}
		if strings.Contains(body, testNumber) && !strings.Contains(body, `name="number" type="text" value="`+testNumber+`"`) {
			t.Errorf("%s: the number stands outside its field", name)
		}
		for header, values := range response.Header {
			if strings.Contains(strings.Join(values, ""), testNumber) {
				t.Errorf("%s: the number stands in header %s", name, header)
			}
		}
	}
}

func TestPrintingAPageShowsNoCardData(t *testing.T) {
	page := CardForm{Form: Form{Values: Values{testNumber, "AIGUL SERIKOVA", "08/29"}}}
	marshalled, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{
		fmt.Sprint(page), fmt.Sprintf("%+v", page), fmt.Sprintf("%#v", page), fmt.Sprintf("%s %d %x", page.Values, page.Values, page.Values),
		fmt.Sprintf("%v", &page), string(marshalled),
	} {
		if strings.Contains(printed, testNumber) || strings.Contains(printed, "AIGUL") {
			t.Error("card data is printed")
		}
	}
}

func TestEachProblemIsSaidAboveAndBesideItsField(t *testing.T) {
	frame := Frame{Lang: English}
	for problem, said := range english.Problems {
		page := text(t, drawn(CardForm{Frame: frame, Form: Form{Problems: []Problem{problem}}}))
		switch problem.field() {
		case FieldSavedCVC:
			page = text(t, drawn(Checkout{Frame: frame, Form: Form{Problems: []Problem{problem}}, Cards: []SavedCard{{}}, AskCode: true}))
		case FieldContact:
			page = text(t, drawn(Checkout{Frame: frame, Form: Form{Problems: []Problem{problem}}, Contact: Contact{Asked: true}}))
			said = strings.ReplaceAll(said, "+", "&#43;")
		case FieldAmount:
			page = text(t, drawn(AmountForm{Frame: frame, From: Money{"5", "USD"}, To: Money{"1000", "USD"}, Problem: problem}))
			said = fill(said, "from", "5\u00a0$", "to", "1,000\u00a0$")
		}
		if !strings.Contains(page, `<li><a href="#`+problem.field()+`">`+said+`</a></li>`) {
			t.Errorf("%s is not in the summary", problem)
		}
		if !strings.Contains(page, `<p class="error" id="`+problem.field()+`-error" aria-live="polite">`+said+`</p>`) {
			t.Errorf("%s is not beside its field", problem)
		}
		if !strings.Contains(page, "<title>"+english.ProblemsTitle) {
			t.Errorf("%s is not in the title", problem)
		}
	}
}

func TestAProblemOfAnotherFormIsLeftOut(t *testing.T) {
	page := text(t, drawn(PayoutCardForm{Frame{Lang: English}, Form{Problems: []Problem{CVCWrong, "unheard-of"}}}))
	if strings.Contains(page, english.ProblemsTitle) {
		t.Error("a problem without a field is shown")
	}
}
