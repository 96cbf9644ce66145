package main

import (
	"context"
	"errors"
	"time"

	"tolem/internal/platform"
)

// drainTime is how long a stop waits for what is under way.
const drainTime = 25 * time.Second

func serve(ctx context.Context, t terminal, args []string) error {
	o := newOptions("serve", t).withServer()
	rest, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return errors.New("serve takes flags only")
	}
	server, err := platform.Start(ctx, o.config)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	err = unlessStopped(ctx, server.Greet(ctx, t.out))
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-server.Failed():
		}
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	return errors.Join(err, server.Close(drain))
}

// unlessStopped drops the error of what a stop has cut short.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
