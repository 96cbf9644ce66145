package cardtoken

import (
	"context"
	"time"

	"tolem/internal/store"
	"tolem/internal/vault"
)

// Owner is whose card a token stands for, and for what.
type Owner struct {
	MerchantID int64
	UserID     string
	Purpose    Purpose
	Test       bool
}

// Mint makes the token of a card that works, for Save. secure says that 3-D Secure
// vouched for the payer.
func (c *Service) Mint(ctx context.Context, of Owner, typed Card, secure bool) (Token, error) {
	number, err := c.Cards.Next(ctx)
	if err != nil {
		return Token{}, err
	}
	t := Token{
		Key:    Key{of.MerchantID, name(c.Vault, of.MerchantID, of.UserID, of.Purpose, of.Test, typed.PAN)},
		CardID: number, UserID: of.UserID, Purpose: of.Purpose, Test: of.Test, Mask: typed.PAN.Mask(),
		HHash: c.Vault.CardHHash(of.MerchantID, typed.PAN), Brand: typed.PAN.Brand(), Secure: secure,
	}
	if of.Purpose == ForPurchase {
		t.Expiry = typed.Expiry.String()
	}
	issuer := c.Banks.For(of.Test).Issuer(typed.PAN)
	t.Bank, t.Country = issuer.Bank, issuer.Country
	t.Sealed, err = c.Vault.Seal(vault.Card, []byte(typed.PAN.Digits()), t.associated())
	return t, err
}

// Save adds a token that the set was told to want, or brings back the one that the
// same card had.
func Save(s *store.Set, t Token, now time.Time) Token {
	old, ok := Tokens.Get(s, t.Key)
	if !ok {
		t.Status, t.CreatedAt = Approved, now
		Tokens.Insert(s, t)
		return t
	}
	old.Status, old.DeletedAt = Approved, time.Time{}
	old.Sealed, old.Bank, old.Country, old.Expiry, old.Secure = t.Sealed, t.Bank, t.Country, t.Expiry, t.Secure
	Tokens.Update(s, old)
	return old
}
