package hosted

import (
	"net/http"

	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/pages"
	"tolem/internal/purchase"
)

// payBySaved asks for the security code of the card that a purchase was created for
// (02, A.5), and pays with it.
func (s *Server) payBySaved(p paying) (view, error) {
	token, refusal, err := s.Purchases.CardOf(p.r.Context(), p.row)
	if err != nil {
		return view{}, err
	}
	if refusal != nil {
		return s.notice(p.r, http.StatusGone, pages.PageExpired), nil
	}
	page := pages.SecurityCode{
		Frame: p.frame, Amount: p.money(p.row.Amount), Description: p.terms.Description, Order: p.row.OrderID, Card: token.Mask,
	}
	if p.r.Method != http.MethodPost {
		return show(page), nil
	}
	var cvc card.CVC
	if cvc, page.Problem = securityCode(p.r, pages.FieldCVC, pages.CVCMissing, pages.CVCWrong); page.Problem != "" {
		return view{status: http.StatusUnprocessableEntity, page: page}, nil
	}
	turn, err := s.Purchases.Submit(p.r.Context(), p.row, purchase.Means{Saved: token, Card: cardtoken.Card{CVC: cvc}})
	if err != nil {
		return view{}, err
	}
	if no := turn.Refusal; no != nil {
		page.Trouble = troubleOf(no)
		return view{status: refusedStatus(no), page: page}, nil
	}
	return p.turned(turn), nil
}
