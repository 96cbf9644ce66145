package pg

import (
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"tolem/internal/protocol/codes"
)

// A rule looks at the text of one field and says what is wrong with it; the zero Reason means nothing is.
type rule func(text string) codes.Reason

// rules are the words of a tag that stand alone.
var rules = map[string]rule{
	"url":    checkURL,
	"nosemi": checkNoSemicolon,
	"email":  checkEmail,
	"phone":  checkPhone,
}

// patterns are the shapes a tag names with pattern=. Each is a length and a set of characters, or a check of its own.
var patterns = map[string]rule{
	"user_id":  characters(1, 50, alphanumeric+"_-"), // spec 01, 1.5
	"digits":   characters(1, 255, digits),
	"token":    characters(1, 255, printable),
	"currency": characters(3, 3, upper), // ISO 4217
	"language": characters(2, 5, letters+"_-"),
	"iban_kz":  checkIBAN, // spec 02, B.4
	"bik":      characters(6, 11, alphanumeric),
	"iin":      characters(12, 12, digits),
	"kbe":      characters(2, 2, digits),
	"knp":      characters(3, 3, digits),
}

const (
	digits       = "0123456789"
	upper        = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	letters      = upper + "abcdefghijklmnopqrstuvwxyz"
	alphanumeric = digits + letters
	printable    = alphanumeric + "!\"#$%&'()*+,-./:<=>?@[\\]^_`{|}~" // ASCII without blank and ";"
)

// characters makes a rule of a length and a set of ASCII characters.
func characters(min, max int, set string) rule {
	var allowed [256]bool
	for i := range len(set) {
		allowed[set[i]] = true
	}
	return func(text string) codes.Reason {
		for i := range len(text) {
			if !allowed[text[i]] {
				return codes.BadPattern
			}
		}
		if len(text) < min || len(text) > max {
			return codes.BadPattern
		}
		return codes.Reason{}
	}
}

// checkIBAN wants KZ, two digits and sixteen letters or digits; the check digits are for whoever knows whether the payout is a test (R56).
func checkIBAN(text string) codes.Reason {
	if len(text) != 20 || !strings.HasPrefix(text, "KZ") || !isDigits(text[2:4]) || strings.Trim(text, digits+upper) != "" {
		return codes.BadPattern
	}
	return codes.Reason{}
}

// checkURL wants an absolute http or https URL with a host, of at most 255 characters, without user, ";", blanks, backslashes and control
// characters (R62). Whether the host exists is not asked: SDKs send back links such as https://api.hostsuccess (R43).
func checkURL(text string) codes.Reason {
	if utf8.RuneCountInString(text) > 255 {
		return codes.TooLong(255)
	}
	if reason := checkNoSemicolon(text); reason != (codes.Reason{}) {
		return reason
	}
	address, err := url.Parse(text)
	switch {
	case err != nil, address.Scheme != "http" && address.Scheme != "https", address.Hostname() == "", address.User != nil,
		strings.ContainsRune(text, '\\'), strings.ContainsFunc(text, unicode.IsSpace):
		return codes.BadURL
	}
	return codes.Reason{}
}

// checkNoSemicolon keeps ids, amounts, codes and URLs on one line and inside their borders in the string to sign (S1, R62).
func checkNoSemicolon(text string) codes.Reason {
	switch {
	case strings.Contains(text, ";"):
		return codes.Semicolon
	case strings.ContainsFunc(text, unicode.IsControl):
		return codes.ControlCharacter
	}
	return codes.Reason{}
}

// checkEmail wants a bare address as RFC 5322 writes it, of at most 254 characters.
func checkEmail(text string) codes.Reason {
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || len(text) > 254 || strings.Contains(text, ";") {
		return codes.BadEmail
	}
	return codes.Reason{}
}

// IsEmail tells whether a text is what fields with the rule email take.
func IsEmail(text string) bool { return checkEmail(text) == codes.Reason{} }

// IsPhone tells whether a text is what fields with the rule phone take.
func IsPhone(text string) bool { return checkPhone(text) == codes.Reason{} }

// checkPhone wants 10 to 15 digits beginning with a country code, no plus (spec 01, 1.5; ITU-T E.164).
func checkPhone(text string) codes.Reason {
	if !isDigits(text) || len(text) < 10 || len(text) > 15 || text[0] == '0' {
		return codes.BadPhone
	}
	return codes.Reason{}
}
