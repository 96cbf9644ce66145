package main

import (
	"context"
	"errors"
	"fmt"

	"tolem/internal/platform"
	"tolem/internal/vault"
)

func vaultNewKey(_ context.Context, t terminal, args []string) error {
	o := newOptions("vault new-key", t)
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return errors.New("vault new-key: want the name of a file that does not exist")
	}
	kek, err := vault.CreateKEKFile(args[0])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "key %s written to %s: keep a copy where the database is not\n", kek.ID(), args[0])
	return err
}

func vaultRotate(ctx context.Context, t terminal, args []string) error {
	o := newOptions("vault rotate", t).withJSON()
	next := o.String("new-key-file", "", "seal nothing anew, but wrap the keys under the key-encryption key in this file")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	return o.with(ctx, func(i *platform.Installation) error {
		if *next != "" {
			return rewrap(ctx, t, i, *next, o.json)
		}
		rotated, err := i.RotateVault(ctx)
		if err != nil {
			return err
		}
		if o.json {
			return printJSON(t.out, rotated)
		}
		_, err = fmt.Fprintf(t.out, "sealed anew: %d secrets, %d cards, %d destinations, %d pending cards\n",
			rotated.Secrets, rotated.Cards, rotated.Destinations, rotated.Pending)
		return err
	})
}

func rewrap(ctx context.Context, t terminal, i *platform.Installation, file string, asJSON bool) error {
	if err := i.RewrapVault(ctx, file); err != nil {
		return err
	}
	if asJSON {
		return printJSON(t.out, map[string]string{"wrapped_under": file})
	}
	_, err := fmt.Fprintf(t.err, "The keys are wrapped under the one in %s: the next start of every server needs it.\n", file)
	return err
}
