package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"tolem/internal/platform"
)

// drainTime is how long a stop waits for what is under way.
const drainTime = 25 * time.Second

// garbage is how much a server lets pile up beside its few megabytes of living data
// before it collects, in percent: a fifth of its time at 100.
const garbage = 400

func serve(ctx context.Context, t terminal, args []string) error {
	competing := setThreads()
	o := newOptions("serve", t).withServer()
	rest, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return errors.New("serve takes flags only")
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if competing != nil {
		o.config.Log.Info("the server competes with its database for the processors", "error", competing)
	}
	slog.SetDefault(o.config.Log) // for what is logged by those who were given none
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
