package hosted

import (
	"errors"
	"net/http"

	"tolem/internal/cardtoken"
	"tolem/internal/pages"
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
	if c.Origin != cardtoken.Origin {
		return view{}, errors.New("challenge of unknown origin")
	}
	b, ok, err := s.Cards.Find(r.Context(), cardtoken.BindingKey(c.Key))
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
		return to(inChosen(r, s.Cards.PagePath(b))), nil
	}
	frame, err := s.bindingFrame(r, b)
	if err != nil {
		return view{}, err
	}
	return show(pages.Challenge{
		Frame: frame, Amount: pages.Money{Amount: c.Amount.String(), Currency: string(c.Currency)}, Card: c.CardMask,
		AttemptsLeft: int(threeds.Tries - c.Tries), WrongCode: c.Tries > before,
	}), nil
}
