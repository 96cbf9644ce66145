package pages

import (
	"strconv"
	"strings"
	"time"
)

// Money is an amount to show. Amount is the decimal text of the protocol (R14), such as "15000" or "19.3"; Currency is an
// ISO 4217 code. The zero value shows nothing.
type Money struct {
	Amount   string
	Currency string
}

var signs = map[string]string{"KZT": "₸", "USD": "$", "EUR": "€", "RUB": "₽"}

// in sets the amount as the language writes it: "15 000,50 ₸". A text that is not a plain decimal is shown as it is.
func (m Money) in(w *words) string {
	if m.Amount == "" {
		return ""
	}
	text := clean(m.Amount)
	whole, part, found := strings.Cut(text, ".")
	if allDigits(whole) && (!found || allDigits(part) && len(part) <= 2) {
		text = strings.Join(groups(whole), w.Grouping)
		if found {
			text += w.Decimal + part + strings.Repeat("0", 2-len(part))
		}
	}
	return strings.TrimSpace(text + "\u00a0" + m.unit())
}

// unit is the sign of the currency, or its code where there is none.
func (m Money) unit() string {
	unit := clean(m.Currency)
	if sign, ok := signs[unit]; ok {
		return sign
	}
	return unit
}

// groups cuts digits into threes from the right.
func groups(digits string) []string {
	var out []string
	for len(digits) > 3 {
		out = append([]string{digits[len(digits)-3:]}, out...)
		digits = digits[:len(digits)-3]
	}
	return append([]string{digits}, out...)
}

func allDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// moment sets a time to the minute, in its own zone and with the zone named: "2 March 2026, 18:00 (UTC+5)".
func moment(t time.Time, w *words) string {
	if t.IsZero() {
		return ""
	}
	text := fill(w.Moment, "day", strconv.Itoa(t.Day()), "month", w.Months[t.Month()-1], "year", strconv.Itoa(t.Year()),
		"time", t.Format("15:04"))
	zone := "UTC"
	if _, offset := t.Zone(); offset != 0 {
		hours := t.Format("-07:00")
		zone += strings.TrimSuffix(strings.Replace(strings.Replace(hours, "+0", "+", 1), "-0", "-", 1), ":00")
	}
	return text + "\u00a0(" + zone + ")"
}

// maskText sets a masked card number (R16) for the eye: "4716-04XX-XXXX-1981" as "4716 04•• •••• 1981".
func maskText(mask string) string {
	return strings.NewReplacer("-", "\u00a0", "X", "•").Replace(clean(mask))
}

// fact is a line of the list of particulars.
type fact struct{ Name, Value string }

// facts keeps the lines that have a value.
func facts(lines ...fact) []fact {
	var kept []fact
	for _, line := range lines {
		if line.Value != "" {
			kept = append(kept, line)
		}
	}
	return kept
}
