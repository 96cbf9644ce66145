package wallet

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Kind is a wallet as messages call it (spec 04, 3.2). It is the payment method of
// what is paid with its cards.
type Kind string

// The wallets.
const (
	GooglePay Kind = "google_pay"
	ApplePay  Kind = "apple_pay"
)

// Field is the field of the confirmation that holds the wallet's token, or what is
// sealed of it.
func (k Kind) Field() string {
	if k == ApplePay {
		return "paymentData"
	}
	return "token"
}

// Token is a card as a wallet's application sends it, sealed. Printed or logged it
// shows its kind alone; the text is behind a pointer because fmt does not call the
// methods of unexported fields.
type Token struct {
	Kind Kind
	text *string
}

// Google is a token of Google Pay: the JSON that its client library gives, unread.
func Google(text string) Token { return Token{GooglePay, &text} }

// PassKit is the payment token of Apple Pay as the SDK takes it apart.
type PassKit struct {
	Version            string // how it is sealed: EC_v1, RSA_v1
	Data               string // what is sealed
	Signature          string
	EphemeralPublicKey string
	PublicKeyHash      string
	TransactionID      string
}

// Apple is a token of Apple Pay: the JSON that PassKit gave, put together again.
func Apple(p PassKit) Token {
	whole, _ := json.Marshal(map[string]any{ // strings marshal
		"version": p.Version, "data": p.Data, "signature": p.Signature,
		"header": map[string]string{"ephemeralPublicKey": p.EphemeralPublicKey, "publicKeyHash": p.PublicKeyHash, "transactionId": p.TransactionID},
	})
	text := string(whole)
	return Token{ApplePay, &text}
}

// Text is the token's JSON, the only way to it: for whoever has the keys.
func (t Token) Text() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// String returns the kind.
func (t Token) String() string { return "wallet.Token[" + string(t.Kind) + "]" }

// Format writes String whatever the verb and flags.
func (t Token) Format(state fmt.State, _ rune) { io.WriteString(state, t.String()) }

// LogValue is String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText returns String; JSON and XML use it too.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
