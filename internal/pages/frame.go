package pages

import (
	"net/url"
	"strings"
	"unicode"
)

// Frame is what every page has around its content.
type Frame struct {
	// Lang is the language of the page.
	Lang Lang
	// Merchant is the shop's name as its customers know it; empty when the shop is unknown.
	Merchant string
	// Test puts the test-mode ribbon on the page.
	Test bool
	// Embedded draws the page for a frame inside the shop's own page (pg_payment_route=frame): no surroundings, and the
	// link back leaves the frame.
	Embedded bool
	// FrameAncestors are the origins that may frame the page, such as "https://shop.example", registered by the shop
	// (S11, S12). Empty means nobody may; whatever is not a plain http(s) origin is left out.
	FrameAncestors []string
	// BackLink is where the button back to the shop leads. Anything but an absolute http(s) URL gives no button.
	BackLink string
	// Continues are the other addresses a submitted form may be redirected to, such as pg_success_url, pg_failure_url or a
	// 3-D Secure page on another host. They are not shown; they matter to the content security policy only.
	Continues []string
	// Self is the local address of the page, path and query, such as "/payout.html?customer=...": forms, the language switch
	// and the automatic refresh lead there, with ?lang= added. Empty leaves the switch out. It must never hold card data, so
	// whatever was typed before the switch is typed again after it.
	Self string
}

func (f Frame) frame() Frame { return f }

// self is the page's own address in the language it is shown in; "" when it has none.
func (f Frame) self() string { return inLanguage(f.Self, f.Lang.known()) }

// langLink is one entry of the language switch.
type langLink struct {
	Lang    Lang
	Name    string
	Abbr    string
	Href    string
	Current bool
}

func (f Frame) langLinks() []langLink {
	var links []langLink
	for _, lang := range languages {
		href := inLanguage(f.Self, lang)
		if href == "" {
			return nil
		}
		w := lang.words()
		links = append(links, langLink{lang, w.LanguageName, w.LanguageAbbr, href, lang == f.Lang.known()})
	}
	return links
}

// merchantOr is the shop's name, cleaned, or the given word for a shop without one.
func (f Frame) merchantOr(word string) string {
	if name := clean(f.Merchant); name != "" {
		return name
	}
	return word
}

// webAddress returns the text when it is an absolute http or https URL that a page can carry, otherwise "".
func webAddress(text string) string {
	address, err := url.Parse(text)
	if err != nil || text != carried(text) || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") {
		return ""
	}
	return address.String()
}

// carried is text as a page can carry it: valid UTF-8, controls as spaces (XML forbids most of them). All other text stays as it is.
func carried(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r == '\uFFFE', r == '\uFFFF':
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// clean makes foreign text safe to set in a line: what a page can carry, without the invisible marks that turn the direction of
// writing, with which a shop could dress up an amount or a name.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, carried(text))
	return strings.TrimSpace(text)
}

// initial is the letter that stands for the shop.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return ""
}
