package hosted

import (
	"errors"
	"net/http"

	"tolem/internal/cardtoken"
	"tolem/internal/pages"
	"tolem/internal/purchase"
	"tolem/internal/threeds"
)

// challenge is the page of the simulated issuer (R36). Once it is decided, it
// sends the card holder back to the page that asked for it.
func (s *Server) challenge(r *http.Request) (view, error) {
	c, ok, err := s.Issuer.Page(r.Context(), r.PathValue("key"))
	if err != nil {
		return view{}, err
	}
	if !ok {
		return s.notice(r, http.StatusNotFound, pages.NotFound), nil
	}
	asker, ok, err := s.asker(r, c)
	if err != nil {
		return view{}, err
	}
	if !ok {
		return s.notice(r, http.StatusNotFound, pages.NotFound), nil
	}
	before := c.Tries
	if r.Method == http.MethodPost && c.State == threeds.Open {
		c, err = s.Issuer.Answer(c.Key, r.PostForm.Get(pages.FieldCode), r.PostForm.Has(pages.FieldCancel))
		if err != nil {
			return view{}, err
		}
	}
	if c.State != threeds.Open {
		return to(inChosen(r, asker.page)), nil
	}
	return show(pages.Challenge{
		Frame: asker.frame, Amount: pages.Money{Amount: c.Amount.String(), Currency: string(c.Currency)}, Card: c.CardMask,
		AttemptsLeft: int(threeds.Tries - c.Tries), WrongCode: c.Tries > before,
	}), nil
}

// asker is whoever asked for a challenge: the page that goes on afterwards, and what
// the issuer's page has in common with it.
type asker struct {
	page  string
	frame pages.Frame
}

func (s *Server) asker(r *http.Request, c threeds.Challenge) (a asker, ok bool, err error) {
	switch c.Origin {
	case cardtoken.Origin:
		b, ok, err := s.Cards.Find(r.Context(), cardtoken.BindingKey(c.Key))
		if ok && err == nil {
			a.page = s.Cards.PagePath(b)
			a.frame, err = s.bindingFrame(r, b)
		}
		return a, ok, err
	case purchase.Origin:
		row, ok, err := s.Purchases.Find(r.Context(), purchase.Key(c.Key))
		if ok && err == nil {
			a.page = s.Purchases.PagePath(row.Key)
			a.frame, err = s.purchaseFrame(r, row)
		}
		return a, ok, err
	}
	return a, false, errors.New("challenge of unknown origin")
}
