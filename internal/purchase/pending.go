package purchase

import (
	"encoding/json"
	"errors"

	"tolem/internal/card"
	"tolem/internal/cardtoken"
	"tolem/internal/vault"
)

// kept is how the payer's choice waits, sealed, for 3-D Secure: without the
// security code, which nobody needs once the issuer has vouched for the payer.
type kept struct {
	PAN, Holder, Expiry string
	Save                bool   `json:",omitempty"`
	Token               string `json:",omitempty"`
	CardID              int64  `json:",omitempty"`
}

func (m Means) seal(v *vault.Vault, associated []byte) ([]byte, error) {
	text, err := json.Marshal(kept{m.Card.PAN.Digits(), m.Card.Holder, m.Card.Expiry.String(), m.Save, m.Saved.Token, m.Saved.CardID})
	if err != nil {
		return nil, err
	}
	return v.Seal(vault.Card, text, associated)
}

func open(v *vault.Vault, sealed, associated []byte) (m Means, err error) {
	text, err := v.Open(vault.Card, sealed, associated)
	if err != nil {
		return m, err
	}
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return m, errors.New("the pending card of a purchase cannot be read")
	}
	m.Save, m.Saved = k.Save, cardtoken.Token{Key: cardtoken.Key{Token: k.Token}, CardID: k.CardID}
	m.Card.Holder = k.Holder
	if m.Card.PAN, err = card.ParsePAN(k.PAN); err != nil {
		return m, err
	}
	m.Card.Expiry, err = card.ParseExpiry(k.Expiry)
	return m, err
}
