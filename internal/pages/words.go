package pages

import (
	"slices"
	"strings"
)

// words is every text of the pages in one language: words_ru.go, words_kk.go and words_en.go hold one value each. Names in
// braces ({merchant}, {amount}) are filled in by fill.
type words struct {
	LanguageName string // in the language itself
	LanguageAbbr string
	LanguageList string // what a screen reader calls the switch
	Months       [12]string
	Moment       string // {day} {month} {year} {time}
	Decimal      string // decimal separator
	Grouping     string // thousands separator

	TestMode   string
	TestOnly   string
	CardHidden string
	TheShop    string
	BackToShop string
	Optional   string

	PayTitle     string
	PaySubmit    string
	PayCancel    string
	PayUntil     string // before the moment
	PayLeft      string // before what is left
	LeftHours    string // {hours} {minutes}: more than an hour is left
	LeftFive     string // said by a screen reader
	LeftOne      string
	Receipt      string
	Method       string
	Methods      map[Method]string
	PayWith      string
	AnotherCard  string
	SavedCard    string
	CardUntil    string // {expiry}
	SaveCard     string
	SaveCardHint string
	ShopSays     string
	Troubles     map[TroubleKind]saying
	AmountTitle  string
	AmountHint   string // {from} {to}
	AmountSubmit string
	Returning    string // {seconds}
	Stay         string
	CheckNow     string

	PayoutCardTitle  string
	PayoutCardText   string
	PayoutCardSubmit string
	CardTitle        string
	CardText         string
	CardTextHold     string
	CardSubmit       string
	PayoutTitle      string
	PayoutText       string
	PayoutSubmit     string
	PayoutOnce       string

	Number     string
	Holder     string
	HolderHint string
	Expiry     string
	ExpiryForm string
	CVC        string
	CVCHint    string
	CVCAgain   string
	CardsTaken string

	Contact     string
	ContactHint string

	ProblemsTitle string
	Problems      map[Problem]string

	Outcomes  map[Operation]map[Outcome]saying
	Refreshes string
	Declines  map[int]string
	Declined  string // any other code

	Notices  map[NoticeKind]saying
	Rejected saying

	From        string
	Shop        string
	Order       string
	Description string
	Amount      string
	Card        string
	Deadline    string
	Reference   string
	Code        string

	Bank          string
	BankTitle     string
	BankText      string
	BankCode      string
	BankCodeWrong string
	BankAttempts  string
	BankConfirm   string
	BankCancel    string
	BankHint      string
}

// decline is why a bank said no.
func (w *words) decline(code int) string {
	if reason, ok := w.Declines[code]; ok {
		return reason
	}
	return w.Declined
}

// saying is a heading and the sentence under it.
type saying struct{ Title, Text string }

// fill puts a value in the place of every {name}; pairs are name, value, name, value. The result is plain text, which the
// templates escape.
func fill(text string, pairs ...string) string {
	replacements := slices.Clone(pairs)
	for i := 0; i < len(replacements); i += 2 {
		replacements[i] = "{" + replacements[i] + "}"
	}
	return strings.NewReplacer(replacements...).Replace(text)
}
