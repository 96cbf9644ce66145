package bench

import (
	"fmt"
	"math"
	"slices"
)

// Row is a line of the table: a figure that is made of the measurements of a
// round, and what it should be.
type Row struct {
	Name   string   `json:"row"`
	About  string   `json:"what"`
	Bar    float64  `json:"bar"`
	Aim    float64  `json:"aim"`
	AtMost bool     `json:"at_most"` // the smaller the better
	Needs  []string `json:"needs"`   // what is measured for it in each round
	of     func(m []Report) float64
}

// Rows is the table. Loads are called as scripts/bench calls them.
var Rows = []Row{
	{"P1", "payouts accepted, 32 clients / TPC-B", 1.5, 2.5, false, []string{"accept", "tpcb"}, rates},
	{"P2", "payouts accepted, 128 clients / TPC-B, the better of 32 and 128 clients", 2, 3, false, []string{"accept128", "tpcb", "tpcb128"},
		func(m []Report) float64 { return m[0].Rate / max(m[1].Rate, m[2].Rate) }},
	{"P3", "whole payouts called back while the load lasts / TPC-B", 0.7, 1.2, false, []string{"whole", "tpcb"},
		func(m []Report) float64 { return m[0].called().Rate / m[1].Rate }},
	{"P4", "payouts accepted, one merchant / spread", 0.95, 1, false, []string{"accept1", "accept"}, rates},
	{"P5", "p99 of P1 / (clients / rate)", 2.5, 2, true, []string{"accept"},
		func(m []Report) float64 { return m[0].Latency.P99.float() / 1000 / (float64(m[0].Clients) / m[0].Rate) }},
	{"P6", "payouts accepted, on a long past / on a short one", 0.85, 0.95, false, []string{"long", "short"}, rates},
	{"P7", "whole payouts per second of processor, server and database", 350, 600, false, []string{"whole"},
		func(m []Report) float64 { return float64(m[0].called().Payments) / m[0].cost().Server }},
	{"P8", "from commit to callback at half of P3's rate, p99, ms", 250, 50, true, []string{"half", "whole"},
		func(m []Report) float64 { return m[0].called().afterCommit().P99.float() }},
	{"P9", "SQLite: payouts accepted / one-row commits of one writer", 1.5, 3, false, []string{"sqlite", "commits"}, rates},
	{"P10", "payment_status2 / net/http with signatures only", 0.4, 0.7, false, []string{"status", "echo"}, rates},
	{"P11", "memory of the server under P1, MB", 150, 80, true, []string{"accept"},
		func(m []Report) float64 { return float64(m[0].cost().Memory) / 1e6 }},
}

func rates(m []Report) float64 { return m[0].Rate / m[1].Rate }

// called, afterCommit and cost are nothing when nobody looked.
func (r Report) called() (c Callbacks) {
	if r.Callbacks != nil {
		c = *r.Callbacks
	}
	return c
}

func (c Callbacks) afterCommit() (p Percentiles) {
	if c.AfterCommit != nil {
		p = *c.AfterCommit
	}
	return p
}

func (r Report) cost() (u Usage) {
	if r.Usage != nil {
		u = *r.Usage
	}
	return u
}

// figure is the row's figure in a round, if all that it needs was measured.
func (r Row) figure(measured map[string]Report) (value float64, ok bool) {
	var of []Report
	for _, what := range r.Needs {
		report, ok := measured[what]
		if !ok {
			return 0, false
		}
		of = append(of, report)
	}
	value = r.of(of)
	return value, value > 0 && !math.IsInf(value, 0)
}

// Needs are the loads that the named rows are made of, each once; no names are
// all rows.
func Needs(names []string) ([]string, error) {
	var needs []string
	for _, name := range names {
		if !slices.ContainsFunc(Rows, func(r Row) bool { return r.Name == name }) {
			return nil, fmt.Errorf("there is no row %q", name)
		}
	}
	for _, row := range Rows {
		for _, what := range row.Needs {
			if (len(names) == 0 || slices.Contains(names, row.Name)) && !slices.Contains(needs, what) {
				needs = append(needs, what)
			}
		}
	}
	return needs, nil
}
