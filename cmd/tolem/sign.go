package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// signature is what sign prints as JSON.
type signature struct {
	String string `json:"string_to_sign"`
	Sig    string `json:"pg_sig"`
}

// sign shows how a message is signed: the string that is hashed, secret and all,
// because a wrong string is what integrators have to find.
func sign(ctx context.Context, t terminal, args []string) error {
	o := newOptions("sign", t).withJSON()
	secret := o.String("secret", "", "the secret")
	shop := o.Int64("merchant", 0, "take the secret of this merchant")
	payout := o.Bool("payout", false, "with --merchant: its payout secret, not the purchase one")
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) == 0 || (*secret == "") == (*shop == 0) {
		return errors.New("sign: want SCRIPT FIELD=VALUE... and --secret S or --merchant ID [--payout]")
	}
	message, err := messageOf(args[1:])
	if err != nil {
		return err
	}
	if *shop != 0 {
		purpose := merchant.Purchase
		if *payout {
			purpose = merchant.Payout
		}
		err := o.with(ctx, func(i *platform.Installation) error {
			m, err := i.Merchants.Get(ctx, *shop)
			if err == nil {
				*secret = m.Signing(purpose).Reveal()
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	s := signature{pg.StringToSign(args[0], message, *secret), pg.Sign(args[0], message, *secret)}
	if o.json {
		return printJSON(t.out, s)
	}
	_, err = fmt.Fprintf(t.out, "%s\n%s\n", s.String, s.Sig)
	return err
}

// messageOf reads fields as a form would carry them, nested names included.
func messageOf(fields []string) (pg.Message, error) {
	var message pg.Message
	for _, word := range fields {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q: want FIELD=VALUE", word)
		}
		if name != "pg_sig" {
			message = append(message, pg.Field{Name: name, Value: value})
		}
	}
	return message, nil
}
