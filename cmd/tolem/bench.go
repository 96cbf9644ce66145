package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"tolem/internal/bench"
	"tolem/internal/platform"
)

// measuring are the flags that every command has which measures a server.
type measuring struct {
	*options
	url, shops string
	merchants  int
	load       bench.Load
	recording
}

func newMeasuring(name string, t terminal) *measuring {
	debug.SetGCPercent(800) // there is little to keep, and the cores are shared with what is measured
	m := &measuring{options: newOptions(name, t).withJSON()}
	m.StringVar(&m.url, "url", "http://127.0.0.1:8080", "address of the server")
	m.StringVar(&m.shops, "shops", "", "file of merchants that \"bench prepare\" made")
	m.IntVar(&m.merchants, "merchants", 0, "how many of them to spread the calls over; 0 is all")
	m.IntVar(&m.load.Concurrency, "concurrency", 32, "calls under way at most")
	m.DurationVar(&m.load.Duration, "duration", 10*time.Second, "how long")
	m.DurationVar(&m.load.Warmup, "warmup", 0, "how long to call before measuring")
	m.recording.flags(m.options)
	return m
}

// check looks at the flags together.
func (m *measuring) check() error {
	if m.load.Concurrency < 1 || m.load.Rate < 0 || m.load.Duration <= 0 || m.load.Warmup < 0 || m.merchants < 0 {
		return errors.New("bench: concurrency and duration must be above zero, rate, warm-up and merchants not below")
	}
	return nil
}

// chosen are the merchants of the file.
func (m *measuring) chosen() ([]bench.Shop, error) {
	shops, err := bench.ReadShops(m.shops)
	if err != nil {
		return nil, err
	}
	if m.merchants > len(shops) {
		return nil, fmt.Errorf("--merchants %d: the file has %d", m.merchants, len(shops))
	}
	if m.merchants > 0 {
		shops = shops[:m.merchants]
	}
	return shops, nil
}

// sellers are the merchants of the file or, without one, the demo merchant, which has
// no saved card.
func (m *measuring) sellers() ([]bench.Shop, error) {
	if m.shops != "" {
		return m.chosen()
	}
	if m.merchants > 1 {
		return nil, errors.New("--merchants needs --shops: without them the demo merchant is the only one")
	}
	return []bench.Shop{{Merchant: platform.DemoMerchant, Purchase: platform.DemoPurchaseSecret, Payout: platform.DemoPayoutSecret}}, nil
}

// recording is where a measurement is added to others.
type recording struct {
	lines, what string
	round       int
}

func (r *recording) flags(o *options) {
	o.StringVar(&r.lines, "lines", "", "file to add the measurement to, as a line of JSON for \"bench table\"")
	o.StringVar(&r.what, "what", "", "what the measurement is called there")
	o.IntVar(&r.round, "round", 1, "which round it belongs to there")
}

func (r *recording) record(report bench.Report) error {
	if r.lines == "" {
		return nil
	}
	return bench.Measurement{What: r.what, Round: r.round, Report: report}.Append(r.lines)
}

// show prints a report and records it.
func (m *measuring) show(t terminal, report bench.Report) error {
	if err := m.record(report); err != nil {
		return err
	}
	if m.json {
		return printJSON(t.out, report)
	}
	return report.Print(t.out)
}
