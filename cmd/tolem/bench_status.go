package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"tolem/internal/bench"
)

func benchStatus(ctx context.Context, t terminal, args []string) error {
	m := newMeasuring("bench status", t)
	var run bench.Statuses
	var pids []int
	m.IntVar(&run.Orders, "orders", 1000, "payouts to begin and to ask for; their callbacks go nowhere")
	m.IntSliceVar(&pids, "pids", nil, "processes whose cost is reported, the server first; their children count too")
	if _, err := m.parse(args, t); err != nil {
		return err
	}
	if err := m.check(); err != nil {
		return err
	}
	if run.Orders < 1 || m.shops == "" {
		return errors.New("bench status: want --shops, and at least one order")
	}
	var err error
	run.URL, run.Load, run.Processes = strings.TrimSuffix(m.url, "/"), m.load, pids
	if run.Shops, err = m.chosen(); err != nil {
		return err
	}
	report, err := run.Run(ctx)
	if err != nil {
		return err
	}
	return m.show(t, report)
}

func benchEcho(ctx context.Context, t terminal, args []string) error {
	o := newOptions("bench echo", t)
	listen := o.String("listen", "127.0.0.1:8080", "address to listen on")
	file := o.String("shops", "", "file of the merchants to answer")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	shops, err := bench.ReadShops(*file)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "listening on http://%s\n", listener.Addr())
	return bench.NewEcho(shops).Serve(ctx, listener)
}
