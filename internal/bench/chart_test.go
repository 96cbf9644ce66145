package bench

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// parts are the elements of a picture by name and class, and all its words.
func parts(t *testing.T, picture []byte) (count map[string]int, words []string) {
	t.Helper()
	count = map[string]int{}
	reader := xml.NewDecoder(strings.NewReader(string(picture)))
	for {
		token, err := reader.Token()
		if err == io.EOF {
			return count, words
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			for _, a := range token.Attr {
				if a.Name.Local == "class" {
					name += "." + a.Value
				}
				if a.Name.Local == "href" || a.Name.Local == "src" || strings.Contains(a.Value, "url(") {
					t.Errorf("%s needs something from elsewhere: %s", name, a.Value)
				}
			}
			count[name]++
		case xml.CharData:
			if text := strings.TrimSpace(string(token)); text != "" {
				words = append(words, text)
			}
		}
	}
}

func TestTheChartShowsEveryStepOfEveryCurve(t *testing.T) {
	steps := []Report{
		{Offered: 100, Rate: 100, Latency: Percentiles{P50: Millis(2 * time.Millisecond), P95: Millis(4 * time.Millisecond), P99: Millis(5 * time.Millisecond)}},
		{Offered: 200, Rate: 199, Latency: Percentiles{P50: Millis(3 * time.Millisecond), P95: Millis(9 * time.Millisecond), P99: Millis(20 * time.Millisecond)}},
		{Offered: 300, Rate: 240, Latency: Percentiles{P50: Millis(300 * time.Millisecond), P95: Millis(600 * time.Millisecond), P99: Millis(900 * time.Millisecond)}},
	}
	steps[0].Seconds, steps[0].Clients = 2.96, 128
	picture := Chart("Payouts <one & all>", []Report{{Rate: 420}}, steps)
	count, words := parts(t, picture)
	for element, want := range map[string]int{
		"svg": 1, "circle.done": 3, "circle.p50": 3, "circle.p95": 3, "circle.p99": 3, "polyline.curve guide": 2, "text.guide": 2, "polyline.axis": 2,
		"polyline.curve done": 1, "polyline.curve p50": 1, "polyline.curve p95": 1, "polyline.curve p99": 1,
		"polyline.grid": 9 + 6 + 2*7, // milliseconds from 2 to 1000; calls by 100 upwards, and by 50 across in both panels
	} {
		if count[element] != want {
			t.Errorf("%d of %s, want %d", count[element], element, want)
		}
	}
	for _, word := range []string{
		"Payouts <one & all>", "3 steps of 3 s, 128 calls under way at most", "calls a second", "latency, milliseconds", "offered load, calls a second",
		"offered", "achieved", "pgbench", "p50", "p95", "p99", "300", "2", "1000", "p99 900.00 at 300 offered", "achieved 240.00 at 300 offered",
	} {
		if !slices.Contains(words, word) {
			t.Errorf("the chart does not say %q", word)
		}
	}
	if !strings.Contains(string(picture), "prefers-color-scheme: dark") {
		t.Error("the chart has one ground only")
	}
}

func TestTheChartOfNothingIsStillOne(t *testing.T) {
	for _, steps := range [][]Report{{{Offered: 10}}, {{Offered: 0}, {Offered: 0}}} {
		picture := Chart("idle", nil, steps)
		parts(t, picture)
		if text := string(picture); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Errorf("%d steps without calls are drawn at no place", len(steps))
		}
	}
}

func TestNamesOfCurvesDoNotCover(t *testing.T) {
	s := newSVG(100, 100, "", "")
	p := panel{linear(1, 0, 100), linear(1, 100, 0)}
	at := func(v float64) func(Report) float64 { return func(Report) float64 { return v } }
	p.draw(s, []Report{{Offered: 1}}, []curve{{"a", "p50", at(0.5), false}, {"c", "p95", at(0.6), true}, {"b", "p99", at(0.5), false}})
	for _, want := range []string{`y="54.0">a<`, `y="39.0">b<`, `y="24.0">c<`} {
		if !strings.Contains(s.String(), want) {
			t.Errorf("no %s in\n%s", want, s.String())
		}
	}
}
