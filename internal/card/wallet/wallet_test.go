package wallet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tolem/internal/card"
	"tolem/internal/protocol/codes"
)

var now = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// open takes the card out of the token of a test payment.
func open(t *testing.T, token Token) (Card, *codes.Refusal) {
	t.Helper()
	found, refusal, err := Rings{}.For(true).Open(t.Context(), token, now)
	if err != nil {
		t.Fatal(err)
	}
	return found, refusal
}

func google(inside string) Token {
	text, _ := json.Marshal(map[string]string{"protocolVersion": "TEST", "signedMessage": inside})
	return Google(string(text))
}

func TestATestTokenStandsForTheCardInIt(t *testing.T) {
	for inside, want := range map[string]string{
		``: "4111-11XX-XXXX-1111 12/27 ", `{}`: "4111-11XX-XXXX-1111 12/27 ", `{"paymentMethodDetails":{"pan":""}}`: "4111-11XX-XXXX-1111 12/27 ",
		`{"paymentMethodDetails":{"pan":"4716047261941981","expirationMonth":8,"expirationYear":2029}}`: "4716-04XX-XXXX-1981 08/29 ",
		`{"paymentMethodDetails":{"pan":"4716047261941981","expirationMonth":1,"expirationYear":30}}`:   "4716-04XX-XXXX-1981 01/30 ",
		`{"applicationPrimaryAccountNumber":"4716047261941981"}`:                                        "4111-11XX-XXXX-1111 12/27 ", // the other wallet's
	} {
		if got, refusal := open(t, google(inside)); refusal != nil || shown(got) != want {
			t.Errorf("Google Pay, %s: %s, %v, want %s", inside, shown(got), refusal, want)
		}
	}
	for inside, want := range map[string]string{
		``: "4111-11XX-XXXX-1111 12/27 ",
		`{"applicationPrimaryAccountNumber":"4716047261941981","applicationExpirationDate":"290831"}`:                                      "4716-04XX-XXXX-1981 08/29 ",
		`{"applicationPrimaryAccountNumber":"4716047261941981","applicationExpirationDate":"290831","cardholderName":"A TEST"}`:            "4716-04XX-XXXX-1981 08/29 A TEST",
		`{"applicationPrimaryAccountNumber":"4716047261941981","applicationExpirationDate":"290831","cardholderName":"\u0000</response>"}`: "4716-04XX-XXXX-1981 08/29 ",
	} {
		if got, refusal := open(t, Apple(PassKit{Version: "TEST", Data: inside})); refusal != nil || shown(got) != want {
			t.Errorf("Apple Pay, %s: %s, %v, want %s", inside, shown(got), refusal, want)
		}
	}
}

func shown(c Card) string { return fmt.Sprint(c.PAN.Mask(), " ", c.Expiry, " ", c.Holder) }

func TestATokenThatCannotBeReadIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "null, null", "TEST", `"TEST"`, `[]`, `{`, `{"protocolVersion":1}`, `{"protocolVersion":"TEST"`, `{"protocolVersion":"TEST"}x`,
		`{"protocolVersion":"TEST","signedMessage":{}}`, `{"protocolVersion":"TEST","signedMessage":"x"}`, strings.Repeat(`{"a":`, 5000),
		`{"protocolVersion":"TEST","signedMessage":"{\"paymentMethodDetails\":{\"pan\":\"1\"}}"}`,
		`{"protocolVersion":"TEST","signedMessage":"{\"paymentMethodDetails\":{\"pan\":\"4716047261941981\"}}"}`,
		`{"protocolVersion":"TEST","signedMessage":"{\"paymentMethodDetails\":{\"pan\":\"4716047261941981\",\"expirationMonth\":13,\"expirationYear\":2030}}"}`,
		`{"protocolVersion":"TEST","signedMessage":"{\"paymentMethodDetails\":{\"pan\":\"4716047261941981\",\"expirationMonth\":1,\"expirationYear\":1930}}"}`,
	} {
		if _, refusal := open(t, Google(text)); refusal == nil || *refusal != *codes.Invalid("token", codes.Malformed) {
			t.Errorf("%.60q: %v", text, refusal)
		}
	}
	for _, inside := range []string{
		"x", "[]", `{"applicationPrimaryAccountNumber":4716047261941981}`, `{"applicationPrimaryAccountNumber":"4716047261941981","applicationExpirationDate":"291331"}`,
		`{"applicationPrimaryAccountNumber":"4716047261941981"}`, `{"applicationPrimaryAccountNumber":"4716047261941981","applicationExpirationDate":"990101"}`,
	} {
		if _, refusal := open(t, Apple(PassKit{Version: "TEST", Data: inside})); refusal == nil || *refusal != *codes.Invalid("paymentData", codes.Malformed) {
			t.Errorf("%s: %v", inside, refusal)
		}
	}
}

// TestWhatIsSealedNeedsKeys: in a test payment, and all the more in a real one.
func TestWhatIsSealedNeedsKeys(t *testing.T) {
	for _, token := range []Token{
		Google(`{}`), Google(`null`), Google(`{"protocolVersion":"ECv2"}`), Google(`{"protocolVersion":"test"}`), Google(`{"version":"TEST"}`),
		Apple(PassKit{}), Apple(PassKit{Version: "EC_v1"}), Apple(PassKit{Version: " TEST"}),
	} {
		if _, refusal := open(t, token); refusal == nil || *refusal != *noKeys() {
			t.Errorf("%s: %v", token.Text(), refusal)
		}
	}
	real := Rings{}.For(false)
	if _, refusal, err := real.Open(t.Context(), google(""), now); err != nil || refusal == nil || *refusal != *noKeys() {
		t.Errorf("a test token for real money: %v, %v", refusal, err)
	}
	broken := errors.New("the key store is away")
	if _, _, err := (Rings{Live: away{broken}}).For(false).Open(t.Context(), google(""), now); err != broken {
		t.Errorf("an installation with keys does not ask them: %v", err)
	}
	if _, refusal, err := (Rings{Live: away{broken}}).For(true).Open(t.Context(), google(""), now); refusal != nil || err != nil {
		t.Errorf("keys are asked for a test token: %v, %v", refusal, err)
	}
}

// away are keys that cannot be had.
type away struct{ err error }

func (a away) Open(context.Context, Token, time.Time) (Card, *codes.Refusal, error) {
	return Card{}, nil, a.err
}

// TestATokenIsOpenedOrRefusedAndNeverShows, whatever is in it.
func TestATokenIsOpenedOrRefusedAndNeverShows(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		`{"protocolVersion":"TEST"}`, `{"protocolVersion":"TEST","signedMessage":null}`, "TEST", "\x00",
		`{"paymentMethodDetails":{"pan":"4716047261941981","expirationMonth":8,"expirationYear":2029}}`,
		`{"applicationPrimaryAccountNumber":"4716047261941981","applicationExpirationDate":"290831"}`,
	}))
	rapid.Check(t, func(r *rapid.T) {
		one, other := texts.Draw(r, "one"), texts.Draw(r, "other")
		for _, token := range []Token{Google(one), google(other), Apple(PassKit{Version: one, Data: other, Signature: one}), Apple(PassKit{Version: "TEST", Data: other})} {
			found, refusal := open(t, token)
			if (refusal == nil) == (found.PAN == (card.PAN{})) || refusal == nil && (found.Expiry.Month < 1 || found.Expiry.Year < 2000) {
				r.Fatalf("%s: %s, %v", token.Text(), shown(found), refusal)
			}
			within := struct{ hidden Token }{token}
			marshalled, err := json.Marshal(token)
			if err != nil {
				r.Fatal(err)
			}
			printed := fmt.Sprintf("%v%+v%#v%s%q%d%v%+v", token, token, &token, token, token, token, within, &within) + string(marshalled) + token.LogValue().String()
			if text := token.Text(); len(text) > 24 && strings.Contains(printed, text) {
				r.Fatal("a token shows")
			}
		}
	})
}
