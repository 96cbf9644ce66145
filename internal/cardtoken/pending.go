package cardtoken

import (
	"encoding/json"
	"errors"
	"fmt"

	"tolem/internal/card"
	"tolem/internal/vault"
)

// pending is how a card waits, sealed, for 3-D Secure.
type pending struct {
	PAN, Holder, Expiry string
}

func (k BindingKey) associated() []byte {
	return fmt.Appendf(nil, "binding/%d/%d", k.MerchantID, k.PaymentID)
}

func (c *Service) seal(b Binding, typed Card) ([]byte, error) {
	text, err := json.Marshal(pending{typed.PAN.Digits(), typed.Holder, typed.Expiry.String()})
	if err != nil {
		return nil, err
	}
	return c.Vault.Seal(vault.Card, text, b.associated())
}

func (c *Service) unseal(b Binding) (typed Card, err error) {
	text, err := c.Vault.Open(vault.Card, b.PendingCard, b.associated())
	if err != nil {
		return typed, err
	}
	var p pending
	if err := json.Unmarshal(text, &p); err != nil {
		return typed, errors.New("the pending card of a binding cannot be read")
	}
	typed.Holder = p.Holder
	if typed.PAN, err = card.ParsePAN(p.PAN); err != nil {
		return typed, err
	}
	typed.Expiry, err = card.ParseExpiry(p.Expiry)
	return typed, err
}
