package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"tolem/internal/bench"
)

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
