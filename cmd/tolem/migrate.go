package main

import (
	"context"
	"errors"
	"fmt"

	"tolem/internal/platform"
)

func migrate(ctx context.Context, t terminal, args []string) error {
	o := newOptions("migrate", t)
	citus := o.Bool("citus", false, "also distribute the merchants' tables over the workers of a Citus cluster")
	if args, err := o.parse(args, t); err != nil {
		return err
	} else if len(args) > 0 {
		return errors.New("migrate: wants no arguments")
	}
	distributed, err := platform.Migrate(ctx, o.config, *citus)
	if err != nil {
		return err
	}
	for _, table := range distributed {
		fmt.Fprintln(t.out, "distributed", table)
	}
	_, err = fmt.Fprintln(t.out, "the schema is up to date")
	return err
}
