package hosted

import (
	"net/http"
	"strconv"

	"tolem/internal/cardtoken"
	"tolem/internal/money"
	"tolem/internal/pages"
)

// binding is the page on which a card is saved (spec 02, A.1 and B.2.1).
func (s *Server) binding(purpose cardtoken.Purpose) func(*http.Request) (view, error) {
	return func(r *http.Request) (view, error) {
		merchantID, _ := strconv.ParseInt(r.PathValue("merchant_id"), 10, 64)
		b, ok, err := s.Cards.Page(r.Context(), merchantID, r.URL.Query().Get("pg_payment_id"))
		if err != nil {
			return view{}, err
		}
		if !ok || b.Purpose != purpose {
			return s.notice(r, http.StatusNotFound, pages.NotFound), nil
		}
		frame, err := s.bindingFrame(r, b)
		if err != nil {
			return view{}, err
		}
		switch {
		case b.Final() && r.Method == http.MethodPost: // the button was pressed twice
			return to(b.Return()), nil
		case b.Final() || b.State == cardtoken.Waiting && !s.Clock.Now().Before(b.ExpiresAt):
			return view{status: http.StatusGone, page: pages.Notice{Frame: frame, Kind: pages.PageExpired}}, nil
		case b.State == cardtoken.Challenging:
			b, next, err := s.Cards.Resume(r.Context(), b)
			return onward(r, b, next), err
		case purpose == cardtoken.ForPayout:
			return s.bindPayoutCard(r, b, frame)
		}
		return s.bindPurchaseCard(r, b, frame)
	}
}

func (s *Server) bindPayoutCard(r *http.Request, b cardtoken.Binding, frame pages.Frame) (view, error) {
	typed, again := form{brands: payable, holderRequired: true}.read(r, s.Clock.Now().In(s.Zone))
	if r.Method != http.MethodPost || len(again.Problems) > 0 {
		return view{formStatus(again), pages.PayoutCardForm{Frame: frame, Form: again}, ""}, nil
	}
	b, next, err := s.Cards.Submit(r.Context(), b, typed)
	return onward(r, b, next), err
}

func (s *Server) bindPurchaseCard(r *http.Request, b cardtoken.Binding, frame pages.Frame) (view, error) {
	typed, again := form{brands: chargeable, holderRequired: true, holderWords: 2, full: true}.read(r, s.Clock.Now().In(s.Zone))
	if r.Method != http.MethodPost || len(again.Problems) > 0 {
		return view{formStatus(again), pages.CardForm{Frame: frame, Form: again, Hold: hold}, ""}, nil
	}
	b, next, err := s.Cards.Submit(r.Context(), b, typed)
	return onward(r, b, next), err
}

// hold is what the bank holds for a moment to check a card.
var hold = pages.Money{Amount: cardtoken.VerificationAmount.String(), Currency: string(money.KZT)}

// formStatus is 422 for a form that came back with mistakes.
func formStatus(f pages.Form) int {
	if len(f.Problems) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// onward sends the browser where a binding leads: to the issuer's page, or back
// to the shop, on success and on failure (A.1).
func onward(r *http.Request, b cardtoken.Binding, next string) view {
	if next == "" {
		return to(b.Return())
	}
	return to(inChosen(r, next))
}

// bindingFrame is the frame of a binding's pages, the issuer's included.
func (s *Server) bindingFrame(r *http.Request, b cardtoken.Binding) (pages.Frame, error) {
	frame, err := s.frame(r.Context(), r, b.MerchantID, b.Language, b.BackLink, b.Test, b.Framed)
	frame.Continues = []string{b.SuccessURL, b.FailureURL}
	return frame, err
}
