package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

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

func benchWriter(ctx context.Context, t terminal, args []string) error {
	o := newOptions("bench writer", t).withJSON()
	var r recording
	r.flags(o)
	var w bench.Writer
	o.DurationVar(&w.Duration, "duration", 10*time.Second, "how long")
	bare := o.Bool("bare", false, "append to a file and sync it, without SQLite")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	if w.Duration <= 0 {
		return errors.New("bench writer: the duration must be above zero")
	}
	w.Dir = o.config.Data
	measure := w.Commits
	if *bare {
		measure = w.Syncs
	}
	report, err := measure(ctx)
	if err != nil {
		return err
	}
	return (&measuring{options: o, recording: r}).show(t, report)
}

func benchTable(_ context.Context, t terminal, args []string) error {
	o := newOptions("bench table", t).withJSON()
	needs := o.Bool("needs", false, "print the loads that the rows named instead of a FILE, or all, are made of")
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if *needs {
		loads, err := bench.Needs(args)
		if err == nil {
			_, err = fmt.Fprintln(t.out, strings.Join(loads, "\n"))
		}
		return err
	}
	if len(args) != 1 {
		return errors.New("bench table: want the file of measurements")
	}
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	all, err := bench.ReadMeasurements(f)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	figures, err := bench.Figures(all)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	if o.json {
		return printJSON(t.out, figures)
	}
	for _, doubt := range bench.Doubts(all) {
		fmt.Fprintln(t.err, doubt)
	}
	return bench.PrintTable(t.out, figures)
}
