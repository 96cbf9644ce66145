package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"tolem/internal/bench"
	"tolem/internal/bench/stage"
	"tolem/internal/platform"
)

func benchPrepare(ctx context.Context, t terminal, args []string) error {
	o := newOptions("bench prepare", t)
	merchants := o.Int("merchants", 1000, "merchants to make")
	stored := o.Int("stored", 0, "payouts in their past, about evenly")
	file := o.String("out", "", "file for the merchants, with their secrets; those that it names already are used")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	if *file == "" || *merchants < 1 || *stored < 0 {
		return errors.New("bench prepare: want --out FILE, at least one merchant, and no less than no payouts")
	}
	return o.with(ctx, func(i *platform.Installation) error {
		shops, err := bench.ReadShops(*file)
		if errors.Is(err, os.ErrNotExist) {
			shops, err = stage.Merchants(ctx, i, *merchants, func(done int) { fmt.Fprintf(t.err, "%d merchants\n", done) })
			if err == nil {
				err = bench.WriteShops(*file, shops)
			}
		}
		if err != nil || *stored == 0 {
			return err
		}
		return stage.History(ctx, i, shops, *stored, func(done int) { fmt.Fprintf(t.err, "%d payouts\n", done) })
	})
}
