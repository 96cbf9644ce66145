package browser

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The script of the forms keeps numbers in groups while a person types, and the
// caret where it belongs.
func TestFieldsKeepTheirShapeWhileTyping(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	person := s.open(s.purchaseCard())
	const left = kb.ArrowLeft
	for _, test := range []struct{ name, field, keys, want string }{
		{"digits are grouped", "number", "4671593866478252", "4671 5938 6647 8252|19"},
		{"nineteen digits", "number", "62045003384193609399", "6204 5003 3841 9360 939|23"},
		{"American Express has groups of its own", "number", "378282246310005", "3782 822463 10005|17"},
		{"letters and hyphens are dropped", "number", "4671-5938a", "4671 5938|9"},
		{"a digit put in stays before the caret", "number", "46715938" + left + left + "0", "4671 5903 8|8"},
		{"deleting over a space takes the digit", "number", "46715" + left + kb.Backspace, "4675|3"},
		{"deleting forward over a space too", "number", "46715" + left + left + kb.Delete, "4671|4"},
		{"month and year are parted", "expiry", "0829", "08/29|5"},
		{"a month of one digit", "expiry", "829", "08/29|5"},
		{"a slash typed by hand", "expiry", "1/29", "01/29|5"},
		{"a month can be taken back", "expiry", "08" + kb.Backspace, "0|1"},
		{"CVC takes digits only", "cvc", "12a3", "123|3"},
	} {
		person.do(empty(test.field))
		person.enter(test.field, test.keys)
		if got := eval[string](person, `document.activeElement.value + "|" + document.activeElement.selectionStart`); got != test.want {
			t.Errorf("%s: %s, not %s", test.name, got, test.want)
		}
	}
}

// A complaint that appears under the pressed pointer moves the button away, and
// the click would be lost.
func TestLeavingAWrongFieldForTheButtonSendsTheForm(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.payoutCard("pg_language", "kk")
	person := s.open(page)
	person.do(window{width: 320, height: 568, scale: 1, phone: true}.resize())
	person.enter("number", "4671 5938 6647 8253")
	if status := person.submit(); status != http.StatusUnprocessableEntity {
		t.Errorf("HTTP %d", status)
	}
}

func TestThePageAnswersWhileTyping(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	person := s.open(s.purchaseCard("pg_language", "kk"))
	person.enter("number", "5367 65")
	drawn := eval[string](person, `document.querySelector(".chosen").dataset.brand + document.getElementById("card-number").textContent`)
	if drawn != "MC5367 65•• •••• ••••" {
		t.Error("the brand is not found, or the card not drawn: ", drawn)
	}
	person.do(empty("number"))
	person.enter("number", "4671593866478253"+kb.Tab)
	person.until(`!document.getElementById("number-error").hidden`)
	if said := person.text("#number-error"); said != "Карта нөмірінде қате бар, цифрларды тексеріңіз" {
		t.Error("leaving the field says ", said)
	}
	person.enter("number", kb.End+kb.Backspace)
	if said := person.text("#number-error"); said != "" {
		t.Error("while it is corrected, the page still says ", said)
	}
}
