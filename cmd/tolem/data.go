package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"tolem/internal/engine"
	"tolem/internal/platform"
)

// open opens the data that a command works on, beside a server that may run.
func (o *options) open(ctx context.Context) (*platform.Installation, error) {
	return platform.Open(ctx, o.config)
}

// with runs f on the data and closes them.
func (o *options) with(ctx context.Context, f func(*platform.Installation) error) error {
	i, err := o.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(i), i.Close())
}

// do carries out an operation as a node without effects: a server picks up
// those that it leaves.
func do(ctx context.Context, i *platform.Installation, o engine.Operation) error {
	e := engine.New(i.DB, engine.Options{Clock: i.Config.Clock, Log: i.Config.Log})
	return errors.Join(e.Do(o), e.Close(ctx))
}

func merchantID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("%q is no merchant id", text)
	}
	return id, nil
}
