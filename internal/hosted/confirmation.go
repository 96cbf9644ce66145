package hosted

import (
	"net/http"

	"tolem/internal/card/wallet"
	"tolem/internal/merchant"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// confirmation is what a wallet's application sends in place of the payment page
// (R20; spec 04, 3.2): the token of Google Pay, or that of Apple Pay in parts.
type confirmation struct {
	Type          wallet.Kind `pg:"type,required,oneof=google_pay|apple_pay"`
	Token         string      `pg:"token,max=16384"`
	Domain        string      `pg:"domain,max=255"` // of the application; nothing is done with it
	Version       string      `pg:"paymentTransactionEncryption,max=64"`
	Data          string      `pg:"paymentData,max=16384"`
	Signature     string      `pg:"paymentSignature,max=16384"`
	EphemeralKey  string      `pg:"paymentEphemeralPublicKey,max=1024"`
	PublicKeyHash string      `pg:"paymentPublicKeyHash,max=255"`
	TransactionID string      `pg:"paymentTransactionId,max=255"`
}

// longestConfirmation is in bytes; a token has a few thousand.
const longestConfirmation = 64 << 10

// token is what the fields hold.
func (c confirmation) token() (wallet.Token, *codes.Refusal) {
	switch {
	case c.Type == wallet.GooglePay && c.Token == "":
		return wallet.Token{}, codes.Invalid("token", codes.Required)
	case c.Type == wallet.GooglePay:
		return wallet.Google(c.Token), nil
	case c.Version == "":
		return wallet.Token{}, codes.Invalid("paymentTransactionEncryption", codes.Required)
	}
	return wallet.Apple(wallet.PassKit{
		Version: c.Version, Data: c.Data, Signature: c.Signature, EphemeralPublicKey: c.EphemeralKey, PublicKeyHash: c.PublicKeyHash,
		TransactionID: c.TransactionID,
	}), nil
}

// readConfirmation reads the token in a message, whose signature must fit if it has
// one: newer applications do not sign.
func readConfirmation(r *http.Request, m *merchant.Merchant) (none wallet.Token, err error) {
	message, err := pg.Decode(r)
	if err != nil {
		return none, err
	}
	if (message.Has("pg_sig") || message.Has("pg_salt")) && !signedBy(m, pg.Script(r.URL.Path), message) {
		return none, codes.Refuse(codes.BadSignature)
	}
	var c confirmation
	if err := pg.Bind(message, &c); err != nil {
		return none, err
	}
	token, refusal := c.token()
	if refusal != nil {
		return none, refusal
	}
	return token, nil
}

func signedBy(m *merchant.Merchant, script string, message pg.Message) bool {
	for _, secret := range m.Secrets(merchant.Purchase) {
		if pg.Verify(script, message, secret.Reveal()) {
			return true
		}
	}
	return false
}
