package bench

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func rate(r float64) Report { return Report{Clients: 32, Calls: int64(r), Rate: r} }

func TestFiguresAreMadeRoundByRound(t *testing.T) {
	accept := func(r float64, p99 time.Duration, memory int64) Report {
		report := rate(r)
		report.Latency.P99, report.Usage = Millis(p99), &Usage{Memory: memory}
		return report
	}
	whole := rate(1000)
	whole.Usage = &Usage{Server: 2}
	whole.Callbacks = &Callbacks{Payments: 1000, Rate: 900}
	half := rate(500)
	half.Callbacks = &Callbacks{Payments: 500, AfterCommit: &Percentiles{P99: Millis(40 * time.Millisecond)}}
	figures, err := Figures([]Measurement{
		{"tpcb", 1, rate(1000)}, {"accept", 1, accept(2000, 24*time.Millisecond, 90e6)}, {"whole", 1, whole}, {"half", 1, half},
		{"tpcb", 2, rate(2000)}, {"accept", 2, accept(3000, 16*time.Millisecond, 70e6)},
		{"tpcb", 3, rate(1000)}, {"accept", 3, accept(3200, 30*time.Millisecond, 80e6)},
		{"tpcb", 4, rate(1000)}, // P1 was not measured in this round
		{"accept128", 1, rate(4000)}, {"tpcb128", 1, rate(1600)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][3]float64{}
	for _, f := range figures {
		got[f.Name] = [3]float64{float64(len(f.Rounds)), math.Round(f.Median*1000) / 1000, math.Round(f.Worst*1000) / 1000}
	}
	want := map[string][3]float64{
		"P1": {3, 2, 1.5}, "P2": {1, 2.5, 2.5}, "P3": {1, 0.9, 0.9}, "P5": {3, 1.5, 3}, "P7": {1, 500, 500}, "P8": {1, 40, 40}, "P11": {3, 80, 90},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWhatWasNotWatchedMakesNoFigure(t *testing.T) {
	figures, err := Figures([]Measurement{{"accept", 1, rate(1000)}, {"tpcb", 1, rate(0)}, {"whole", 1, rate(5)}, {"half", 1, rate(5)}})
	if err != nil {
		t.Fatal(err)
	}
	if len(figures) > 0 {
		t.Errorf("%+v", figures)
	}
}

func TestTheSameMeasurementTwiceInARoundIsAnError(t *testing.T) {
	if _, err := Figures([]Measurement{{"tpcb", 1, rate(1)}, {"tpcb", 1, rate(2)}}); err == nil {
		t.Error("one of the two was dropped")
	}
}

func TestTheTableSaysWhichMarkIsReached(t *testing.T) {
	for _, c := range []struct {
		atMost bool
		median float64
		want   string
	}{{false, 2.5, "aim"}, {false, 2.4, "bar"}, {false, 1.5, "bar"}, {false, 1.4, "below"}, {true, 1.5, "aim"}, {true, 2, "bar"}, {true, 3, "below"}} {
		row := Row{Name: "PX", Bar: 1.5, Aim: 2.5, AtMost: c.atMost}
		if c.atMost {
			row.Bar, row.Aim = 2.5, 1.5
		}
		var out bytes.Buffer
		if err := PrintTable(&out, []Figure{{row, Values{[]float64{c.median}, c.median, c.median}}}); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Split(out.String(), "\n"); !strings.HasSuffix(lines[1], c.want) {
			t.Errorf("%+v: %s", c, lines[1])
		}
	}
}

func TestDoubtfulMeasurementsAreNamed(t *testing.T) {
	good := Report{Calls: 1000, Callbacks: &Callbacks{Payments: 1000, BacklogHalf: 40, BacklogEnd: 90}}
	failed, forged, lost, growing := good, good, good, good
	failed.Errors, failed.Callbacks = 3, nil
	forged.Callbacks = &Callbacks{Payments: 1000, Unverified: 2}
	lost.Callbacks = &Callbacks{Payments: 999}
	growing.Callbacks = &Callbacks{Payments: 1000, BacklogHalf: 300, BacklogEnd: 600}
	got := Doubts([]Measurement{{"whole", 1, good}, {"accept", 2, failed}, {"whole", 3, forged}, {"whole", 4, lost}, {"whole", 5, growing}})
	want := []string{
		"accept, round 2: 3 of 1000 calls failed",
		"whole, round 3: 2 callbacks could not be verified",
		"whole, round 4: 1 payments were not called back",
		"whole, round 5: the backlog of callbacks grew from 300 to 600",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRowsNameTheLoadsTheyNeed(t *testing.T) {
	got, err := Needs([]string{"P4", "P1"})
	if want := []string{"accept", "tpcb", "accept1"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	all, err := Needs(nil)
	if err != nil || len(all) != 13 {
		t.Errorf("all rows need %v, %v", all, err)
	}
	if _, err := Needs([]string{"P12"}); err == nil {
		t.Error("P12 needs nothing")
	}
}

func TestMeasurementsAreKeptLineByLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	whole := Report{
		Offered: 10, Clients: 2, Seconds: 3, Calls: 4, Rate: 5, Outcomes: map[string]int{"ok": 4}, Latency: Percentiles{P50: Millis(time.Millisecond)},
		Callbacks: &Callbacks{Payments: 4, AfterCommit: &Percentiles{P99: Millis(time.Second)}}, Usage: &Usage{Server: 1.5, Memory: 7},
	}
	want := []Measurement{{"tpcb", 1, rate(9)}, {"whole", 2, whole}}
	for _, m := range want {
		if err := m.Append(path); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := ReadMeasurements(f)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := ReadMeasurements(strings.NewReader("{}\nnonsense\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a broken line: %v", err)
	}
}
