package hosted

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/pages"
	"tolem/internal/purchase"
)

// form says what a page asks for.
type form struct {
	brands         []pages.Brand
	holderWords    int  // 0: the name may be left out
	holderRequired bool // the name must be given
	full           bool // expiry date and security code too
}

// read takes what was typed, and what is wrong with it.
func (f form) read(r *http.Request, now time.Time) (typed cardtoken.Card, again pages.Form) {
	again.Brands = f.brands
	if r.Method != http.MethodPost {
		return typed, again
	}
	number, holder := r.PostForm.Get(pages.FieldNumber), r.PostForm.Get(pages.FieldHolder)
	again.Values = pages.Values{Number: clip(number), Holder: clip(holder), Expiry: clip(r.PostForm.Get(pages.FieldExpiry))}
	wrong := func(p pages.Problem) { again.Problems = append(again.Problems, p) }

	var err error
	switch typed.PAN, err = card.ParsePAN(number); {
	case number == "":
		wrong(pages.NumberMissing)
	case err != nil:
		wrong(pages.NumberWrong)
	case !accepts(f.brands, typed.PAN):
		wrong(pages.NumberUnsupported)
	}
	switch typed.Holder, err = card.ParseHolder(holder, max(f.holderWords, 1)); {
	case holder == "" && f.holderRequired:
		wrong(pages.HolderMissing)
	case holder != "" && err != nil:
		wrong(pages.HolderWrong)
	}
	if f.full {
		f.readRest(r, now, &typed, wrong)
	}
	return typed, again
}

func (f form) readRest(r *http.Request, now time.Time, typed *cardtoken.Card, wrong func(pages.Problem)) {
	var err error
	text := r.PostForm.Get(pages.FieldExpiry)
	switch typed.Expiry, err = card.ParseExpiry(text); {
	case text == "":
		wrong(pages.ExpiryMissing)
	case errors.Is(err, card.ErrExpiry):
		wrong(pages.ExpiryWrong)
	case !typed.Expiry.Valid(now):
		wrong(pages.ExpiryPast)
	}
	var problem pages.Problem
	if typed.CVC, problem = securityCode(r, pages.FieldCVC, pages.CVCMissing, pages.CVCWrong); problem != "" {
		wrong(problem)
	}
}

// securityCode takes a card's code out of its field, or says which of two things is
// wrong with it.
func securityCode(r *http.Request, field string, missing, wrong pages.Problem) (card.CVC, pages.Problem) {
	text := r.PostForm.Get(field)
	code, err := card.ParseCVC(text)
	switch {
	case text == "":
		return card.CVC{}, missing
	case err != nil:
		return card.CVC{}, wrong
	}
	return code, ""
}

// clip bounds what is shown again.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 100 {
		return string(runes[:100])
	}
	return text
}

// contact takes what a payer told of itself; nothing is an answer where it need not.
func contact(r *http.Request, required bool) (purchase.Contact, []pages.Problem) {
	text := strings.TrimSpace(r.PostForm.Get(pages.FieldContact))
	told, err := purchase.ParseContact(text)
	switch {
	case text == "" && !required:
		return "", nil
	case text == "":
		return "", []pages.Problem{pages.ContactMissing}
	case err != nil:
		return "", []pages.Problem{pages.ContactWrong}
	}
	return told, nil
}
