package card_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"tolem/internal/card"
)

// Digits that stand nowhere else in what these tests print.
const (
	panDigits = "4716047261941981"
	cvcDigits = "6357"
)

type payer struct {
	Number card.PAN
	Code   card.CVC
	number card.PAN
	code   card.CVC
}

type cardError struct{ payer payer }

func (e cardError) Error() string { return fmt.Sprintf("refused %+v", e.payer) }

func newPayer(t *testing.T) payer {
	code, err := card.ParseCVC(cvcDigits)
	if err != nil {
		t.Fatal(err)
	}
	number := parsePAN(t, panDigits)
	return payer{Number: number, Code: code, number: number, code: code}
}

// holders wraps both types in everything that a program may print.
func holders(p payer) []any {
	return []any{
		p.Number, p.Code, &p.Number, &p.Code, p, &p,
		[]payer{p}, []*payer{&p}, [1]any{p}, map[string]payer{"payer": p}, map[card.PAN]card.CVC{p.Number: p.Code},
		struct{ inner any }{p}, cardError{p}, errors.Join(cardError{p}, io.EOF), fmt.Errorf("paying: %w", cardError{p}),
	}
}

var address = regexp.MustCompile(`\b(0x)?[0-9a-f]{9,14}\b`)

// checkHidden looks for the digits as text and as the hexadecimal and decimal bytes of that text. Memory addresses, whose digits are
// chance, are taken out first.
func checkHidden(t *testing.T, how, printed string) {
	t.Helper()
	printed = address.ReplaceAllString(strings.ToLower(printed), "")
	for _, digits := range []string{panDigits, panDigits[6:], panDigits[:12], cvcDigits} {
		for _, form := range []string{
			digits,
			hex.EncodeToString([]byte(digits)),
			fmt.Sprintf("% x", digits),
			strings.Trim(fmt.Sprint([]byte(digits)), "[]"),
		} {
			if strings.Contains(printed, form) {
				t.Errorf("%s shows the digits", how)
			}
		}
	}
}

func TestNoFormatShowsTheDigits(t *testing.T) {
	for _, value := range holders(newPayer(t)) {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%+q", "%x", "%X", "% x", "%#x", "%20s", "%.30s", "%c", "%U", "%t"} {
			checkHidden(t, fmt.Sprintf("%s of %T", format, value), fmt.Sprintf(format, value))
		}
		checkHidden(t, fmt.Sprintf("Sprint of %T", value), fmt.Sprint(value))
		checkHidden(t, fmt.Sprintf("Sprintln of %T", value), fmt.Sprintln("value:", value))
	}
}

// Under these verbs a hidden field prints its address in decimal, octal or binary, which may hold the four digits of a code by chance;
// so they are tried where the types print themselves.
func TestNoNumberFormatShowsTheDigits(t *testing.T) {
	p := newPayer(t)
	for _, value := range []any{p.Number, p.Code, []card.PAN{p.Number}, struct{ Code card.CVC }{p.Code}} {
		for _, format := range []string{"%d", "%+d", "%o", "%b", "%e", "%g", "%08d"} {
			checkHidden(t, fmt.Sprintf("%s of %T", format, value), fmt.Sprintf(format, value))
		}
	}
}

func TestNoLogShowsTheDigits(t *testing.T) {
	for _, value := range holders(newPayer(t)) {
		var log bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			logger := slog.New(handler)
			logger.Info("pay", "value", value, slog.Group("group", slog.Any("value", value)))
			logger.With("value", value).Error(fmt.Sprint(value))
		}
		withoutTimes := regexp.MustCompile(`"?time"?[=:]\S*?(,| )`).ReplaceAllString(log.String(), "")
		checkHidden(t, fmt.Sprintf("a log of %T", value), withoutTimes)
	}
}

func TestNoEncodingShowsTheDigits(t *testing.T) {
	p := newPayer(t)
	for _, value := range holders(p) {
		text, err := json.Marshal(value)
		checkHidden(t, fmt.Sprintf("JSON of %T", value), fmt.Sprint(string(text), err))
		text, err = xml.Marshal(value)
		checkHidden(t, fmt.Sprintf("XML of %T", value), fmt.Sprint(string(text), err))
	}
	var page strings.Builder
	if err := template.Must(template.New("").Parse("{{.Number}} {{.Code}} {{.}} {{printf `%d` .Number}}")).Execute(&page, p); err != nil {
		t.Fatal(err)
	}
	checkHidden(t, "a template", page.String())
}

func TestPANMarshalsAsItsMask(t *testing.T) {
	text, err := json.Marshal(struct{ Number card.PAN }{parsePAN(t, panDigits)})
	if want := `{"Number":"4716-04XX-XXXX-1981"}`; err != nil || string(text) != want {
		t.Errorf("JSON = %s, %v", text, err)
	}
}

func TestCVCIsNeverMarshalled(t *testing.T) {
	p := newPayer(t)
	if text, err := json.Marshal(struct{ Code *card.CVC }{&p.Code}); err == nil {
		t.Errorf("JSON = %s", text)
	}
	if fmt.Sprint(p.Code) != "***" || p.Code.Digits() != cvcDigits {
		t.Error("the code prints or reads wrongly")
	}
}
