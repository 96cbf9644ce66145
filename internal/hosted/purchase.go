package hosted

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"tolem/internal/cardtoken"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/pages"
	"tolem/internal/purchase"
)

// purchase is the page on which a payer pays (spec 01, 2.3). A post acts, and is
// answered with a redirect to the page itself, which shows what became of it: it can
// be reloaded, and gone back to, without anything being paid again.
func (s *Server) purchase(r *http.Request) (view, error) {
	row, ok, err := s.Purchases.Page(r.Context(), r.URL.Query().Get("customer"))
	if err != nil {
		return view{}, err
	}
	if !ok {
		return s.notice(r, http.StatusNotFound, pages.NotFound), nil
	}
	m, err := s.merchant(r.Context(), row.MerchantID)
	if err != nil {
		return view{}, err
	}
	p, err := s.paying(r, m, row)
	if err != nil {
		return view{}, err
	}
	switch now := s.Clock.Now(); {
	case row.State == purchase.Challenged:
		turn, err := s.Purchases.Resume(r.Context(), row)
		return p.turned(turn), err
	case !row.Open(now):
		return p.outcome(now), nil
	case r.Method == http.MethodPost && r.PostForm.Has(pages.FieldCancel):
		_, err := s.Purchases.Abandon(r.Context(), row)
		return p.again(), err
	case row.Amount == 0:
		return s.chooseAmount(p)
	case row.CardToken != "":
		return s.payBySaved(p)
	}
	return s.pay(p)
}

// paying is one request to the page of a purchase.
type paying struct {
	r        *http.Request
	merchant *merchant.Merchant
	row      purchase.Row
	terms    purchase.Terms
	frame    pages.Frame
	lifetime pages.Lifetime
}

func (s *Server) paying(r *http.Request, m *merchant.Merchant, row purchase.Row) (p paying, err error) {
	p = paying{r: r, merchant: m, row: row, terms: row.Terms()}
	p.frame, err = s.purchaseFrame(r, row)
	p.lifetime = s.lifetime(row)
	return p, err
}

func (s *Server) lifetime(row purchase.Row) pages.Lifetime {
	return pages.Lifetime{Deadline: row.ExpiresAt.In(s.Zone), Now: s.Clock.Now().In(s.Zone)}
}

// purchaseFrame is the frame of a purchase's pages, the issuer's included.
func (s *Server) purchaseFrame(r *http.Request, row purchase.Row) (pages.Frame, error) {
	t := row.Terms()
	frame, err := s.frame(r.Context(), r, row.MerchantID, t.Language, t.SiteURL, row.Test, t.Framed)
	frame.Continues = []string{t.Success.URL, t.Failure.URL}
	return frame, err
}

// again shows the page anew with a GET.
func (p paying) again() view { return to(inChosen(p.r, self(p.r))) }

// turned sends the browser where a purchase leads: to the issuer's page, or to the
// page itself, which shows the outcome.
func (p paying) turned(turn purchase.Turn) view {
	if turn.Next != "" {
		return to(inChosen(p.r, turn.Next))
	}
	return p.again()
}

func (p paying) money(amount money.Amount) pages.Money {
	return pages.Money{Amount: amount.String(), Currency: string(p.row.Currency)}
}

// chooseAmount lets the payer say how much it is to be (2.5).
func (s *Server) chooseAmount(p paying) (view, error) {
	form := pages.AmountForm{
		Frame: p.frame, Lifetime: p.lifetime, From: p.money(p.terms.Least), To: p.money(p.terms.Most),
		Description: p.terms.Description, Order: p.row.OrderID,
	}
	if p.terms.Suggested > 0 {
		form.Amount = p.terms.Suggested.String()
	}
	if p.r.Method != http.MethodPost {
		return show(form), nil
	}
	typed := p.r.PostForm.Get(pages.FieldAmount)
	amount, err := money.ParseAmount(typed)
	form.Amount = clip(typed)
	switch {
	case typed == "":
		form.Problem = pages.AmountMissing
	case errors.Is(err, money.ErrPrecision):
		form.Problem = pages.AmountTooFine
	case err != nil:
		form.Problem = pages.AmountWrong
	case amount < p.terms.Least:
		form.Problem = pages.AmountTooLow
	case amount > p.terms.Most:
		form.Problem = pages.AmountTooHigh
	default:
		_, _, err := s.Purchases.Choose(p.r.Context(), p.row, amount)
		return p.again(), err
	}
	return view{status: http.StatusUnprocessableEntity, page: form}, nil
}

// pay shows the form, and takes what was typed in it.
func (s *Server) pay(p paying) (view, error) {
	ctx, now := p.r.Context(), s.Clock.Now()
	saved, err := s.savedCards(p, now)
	if err != nil {
		return view{}, err
	}
	page := p.checkout(saved)
	page.Form.Brands = chargeable
	if p.r.Method != http.MethodPost {
		return show(page), nil
	}
	means := purchase.Means{Save: page.Save}
	var wrong []pages.Problem
	if page.Contact.Asked {
		means.Contact, wrong = contact(p.r, page.Contact.Required)
	}
	if page.Saved != "" {
		var ok bool
		if means.Saved, ok = chosen(saved, page.Saved); !ok {
			page.Trouble, page.Saved = pages.Trouble{Kind: pages.CardGone}, ""
			return view{status: http.StatusUnprocessableEntity, page: page}, nil
		}
		if page.AskCode {
			var problem pages.Problem
			if means.Card.CVC, problem = securityCode(p.r, pages.FieldSavedCVC, pages.SavedCVCMissing, pages.SavedCVCWrong); problem != "" {
				wrong = append(wrong, problem)
			}
		}
	} else {
		typed, again := form{brands: chargeable, holderRequired: true, holderWords: 2, full: true}.read(p.r, now.In(s.Zone))
		page.Form, means.Card = again, typed
	}
	if page.Problems = append(page.Problems, wrong...); len(page.Problems) > 0 {
		return view{status: http.StatusUnprocessableEntity, page: page}, nil
	}
	turn, err := s.Purchases.Submit(ctx, p.row, means)
	if err != nil {
		return view{}, err
	}
	if no := turn.Refusal; no != nil {
		page.Trouble, page.Lifetime = troubleOf(no), s.lifetime(turn.Row)
		return view{status: refusedStatus(no), page: page}, nil
	}
	return p.turned(turn), nil
}

// troubleOf is what the payer reads of the merchant's no.
func troubleOf(no *purchase.Verdict) pages.Trouble {
	switch {
	case no.Patience == purchase.Later:
		return pages.Trouble{Kind: pages.TriedTooSoon}
	case no.Patience == purchase.Never:
		return pages.Trouble{Kind: pages.TriedTooOften}
	case no.Silent || no.Words == "":
		return pages.Trouble{Kind: pages.ShopSilent}
	}
	return pages.Trouble{Kind: pages.ShopRefused, Said: no.Words}
}

// refusedStatus is 429 for who tries too much.
func refusedStatus(no *purchase.Verdict) int {
	if no.Patience != purchase.Asked {
		return http.StatusTooManyRequests
	}
	return http.StatusOK
}

func (p paying) checkout(saved []cardtoken.Token) pages.Checkout {
	page := pages.Checkout{
		Frame: p.frame, Lifetime: p.lifetime, Amount: p.money(p.row.Amount), Description: p.terms.Description, Order: p.row.OrderID,
		CanSave: p.row.UserID != "" && p.merchant.Settings.Tokens, AskCode: !p.merchant.Settings.Purchase.NoSavedCardCode,
	}
	if phone, email := p.row.Payer(); phone == "" && email == "" {
		page.Contact = pages.Contact{Asked: true, Required: p.terms.NotifyPhone || p.terms.NotifyEmail, Typed: clip(p.r.PostForm.Get(pages.FieldContact))}
	}
	for _, line := range p.terms.Receipt {
		page.Positions = append(page.Positions, pages.Position{
			Name: line.Name, Count: strconv.FormatInt(line.Count, 10), Price: p.money(line.Price), Sum: p.money(line.Sum()),
		})
	}
	for _, t := range saved {
		page.Cards = append(page.Cards, pages.SavedCard{Key: keyOf(t), Mask: t.Mask, Brand: pages.Brand(t.Brand), Expiry: t.Expiry})
	}
	if p.r.Method == http.MethodPost {
		page.Saved, page.Save = p.r.PostForm.Get(pages.FieldSaved), p.r.PostForm.Has(pages.FieldSave) && page.CanSave
	} else if len(page.Cards) > 0 {
		page.Saved = page.Cards[len(page.Cards)-1].Key
	}
	return page
}

// savedCards are the payer's cards with the shop that can pay now.
func (s *Server) savedCards(p paying, now time.Time) (usable []cardtoken.Token, err error) {
	if p.row.UserID == "" || !p.merchant.Settings.Tokens {
		return nil, nil
	}
	tokens, err := s.Cards.List(p.r.Context(), p.row.MerchantID, p.row.UserID)
	for _, t := range tokens {
		if t.Purpose == cardtoken.ForPurchase && t.Test == p.row.Test && !t.Expired(now) {
			usable = append(usable, t)
		}
	}
	return usable, err
}

// keyOf is how a page calls a saved card: the token is between the shop and us.
func keyOf(t cardtoken.Token) string { return strconv.FormatInt(t.CardID, 10) }

func chosen(saved []cardtoken.Token, key string) (cardtoken.Token, bool) {
	for _, t := range saved {
		if keyOf(t) == key {
			return t, true
		}
	}
	return cardtoken.Token{}, false
}

// outcome shows what became of a purchase, and leads back to the shop.
func (p paying) outcome(now time.Time) view {
	row := p.row
	page := pages.Result{
		Frame: p.frame, Operation: pages.Purchase, Outcome: outcomeOf(row, now), Code: int(row.ErrorCode), Said: row.Reason,
		Description: p.terms.Description, Order: row.OrderID, Card: row.Card().Mask, PaymentID: row.PaymentID,
	}
	if row.Amount > 0 {
		page.Amount = p.money(row.Amount)
	}
	if back, ok := row.Back(p.merchant); ok {
		page.Return = pages.Return{Address: back.URL, After: time.Duration(p.terms.ReturnAfter) * time.Second}
		if back.Body != "" {
			page.Return.Post = true
			for _, f := range back.Fields {
				page.Return.Fields = append(page.Return.Fields, pages.ReturnField{Name: f.Name, Value: f.Value})
			}
		}
	}
	return show(page)
}

func outcomeOf(row purchase.Row, now time.Time) pages.Outcome {
	switch {
	case row.Reason != "":
		return pages.Refused
	case row.State.Underway():
		return pages.InProcess
	case row.State == purchase.Voided, row.State == purchase.Captured && row.Refundable() == 0:
		return pages.Returned
	case row.State == purchase.Captured:
		return pages.Succeeded
	case row.State == purchase.Authorized:
		return pages.Held
	case row.State == purchase.Cancelled:
		return pages.Cancelled
	case row.State == purchase.Declined:
		return pages.Failed
	}
	return pages.Expired
}
