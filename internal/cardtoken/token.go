package cardtoken

import (
	"context"
	"fmt"
	"time"

	"tolem/internal/card"
	"tolem/internal/ids"
	"tolem/internal/store"
	"tolem/internal/vault"
)

// Purpose is what a card was saved for. A payout token is never charged; a
// purchase token can also be paid out to.
type Purpose string

// The purposes.
const (
	ForPurchase Purpose = "purchase"
	ForPayout   Purpose = "payout"
)

// Status of a token.
type Status string

// The statuses. A deleted token comes back when the same card is saved again.
const (
	Approved Status = "approved"
	Deleted  Status = "deleted"
)

// Key names a token.
type Key struct {
	MerchantID int64  `db:"merchant_id"`
	Token      string `db:"token"`
}

// Token is a saved card of one user of one merchant. The number is sealed; Mask
// and HHash are what merchants see of it. Expiry is MM/YY, or empty for a payout
// card. Secure says that 3-D Secure vouched for the payer when it was saved.
type Token struct {
	Key
	CardID    int64      `db:"card_id"`
	UserID    string     `db:"user_id,fixed"`
	Purpose   Purpose    `db:"purpose,fixed"`
	Test      bool       `db:"test,fixed"`
	Status    Status     `db:"status"`
	Sealed    []byte     `db:"sealed"`
	Mask      string     `db:"mask,fixed"`
	HHash     string     `db:"hhash,fixed"`
	Brand     card.Brand `db:"brand,fixed"`
	Bank      string     `db:"bank"`
	Country   string     `db:"country"`
	Expiry    string     `db:"expiry"`
	Secure    bool       `db:"secure"`
	CreatedAt time.Time  `db:"created_at,fixed"`
	DeletedAt time.Time  `db:"deleted_at"`
}

// Tokens is where tokens are kept.
var Tokens = store.Describe("card_token", func(t *Token) Key { return t.Key }).Remembered(4096)

// ByCardID reads a token by its deprecated number.
func ByCardID(ctx context.Context, tx *store.Tx, merchant, cardID int64) (Token, bool, error) {
	found, err := Tokens.Select(ctx, tx, "WHERE merchant_id = $1 AND card_id = $2", merchant, cardID)
	if err != nil || len(found) == 0 {
		return Token{}, false, err
	}
	return found[0], true, nil
}

// Expired tells whether the card's last month is over.
func (t Token) Expired(now time.Time) bool {
	expiry, err := card.ParseExpiry(t.Expiry)
	return err == nil && !expiry.Valid(now)
}

// Until is the card's expiry date; zero for a payout card.
func (t Token) Until() (card.Expiry, error) {
	if t.Expiry == "" {
		return card.Expiry{}, nil
	}
	return card.ParseExpiry(t.Expiry)
}

// Usable tells whether the token stands for a card of that user in that mode.
func (t Token) Usable(user string, test bool) bool {
	return t.Status == Approved && t.UserID == user && t.Test == test
}

// name is the token of a card: a keyed hash, so that the same card of the same
// user has the same token each time it is saved, and nobody can guess it.
func name(v *vault.Vault, merchant int64, user string, purpose Purpose, test bool, pan card.PAN) string {
	return ids.UUID(v.Fingerprint("token", fmt.Append(nil, merchant), []byte(user), []byte(purpose), fmt.Append(nil, test), []byte(pan.Digits())))
}

// associated ties a sealed number to its token.
func (k Key) associated() []byte { return fmt.Appendf(nil, "card/%d/%s", k.MerchantID, k.Token) }

// PAN opens the number of a token, for the bank.
func (t Token) PAN(v *vault.Vault) (card.PAN, error) {
	digits, err := v.Open(vault.Card, t.Sealed, t.associated())
	if err != nil {
		return card.PAN{}, fmt.Errorf("token of merchant %d: %w", t.MerchantID, err)
	}
	return card.ParsePAN(string(digits))
}
