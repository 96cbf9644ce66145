package bench

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Figure is what the rounds say of a row.
type Figure struct {
	Row
	Rounds []float64 `json:"rounds"`
	Median float64   `json:"median"`
	Worst  float64   `json:"worst"`
}

// Figures are those of the rows that were measured. A row takes the rounds in
// which all that it needs was measured. The same thing twice in a round is an error.
func Figures(all []Measurement) ([]Figure, error) {
	rounds := map[int]map[string]Report{}
	for _, m := range all {
		if rounds[m.Round] == nil {
			rounds[m.Round] = map[string]Report{}
		}
		if _, twice := rounds[m.Round][m.What]; twice {
			return nil, fmt.Errorf("%s was measured twice in round %d", m.What, m.Round)
		}
		rounds[m.Round][m.What] = m.Report
	}
	var figures []Figure
	for _, row := range Rows {
		f := Figure{Row: row}
		for _, n := range slices.Sorted(maps.Keys(rounds)) {
			if value, ok := row.figure(rounds[n]); ok {
				f.Rounds = append(f.Rounds, value)
			}
		}
		if len(f.Rounds) > 0 {
			f.settle()
			figures = append(figures, f)
		}
	}
	return figures, nil
}

func (f *Figure) settle() {
	sorted := slices.Sorted(slices.Values(f.Rounds))
	n := len(sorted)
	f.Median, f.Worst = (sorted[(n-1)/2]+sorted[n/2])/2, sorted[0]
	if f.AtMost {
		f.Worst = sorted[n-1]
	}
}

// verdict says which of the two marks the median reaches.
func (f Figure) verdict() string {
	reaches := func(mark float64) bool {
		if f.AtMost {
			return f.Median <= mark
		}
		return f.Median >= mark
	}
	switch {
	case reaches(f.Aim):
		return "aim"
	case reaches(f.Bar):
		return "bar"
	}
	return "below"
}

// PrintTable prints the figures for people.
func PrintTable(out io.Writer, figures []Figure) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ROW\tWHAT\tROUNDS\tMEDIAN\tWORST\tBAR\tAIM\tREACHES")
	for _, f := range figures {
		fmt.Fprintln(w, strings.Join([]string{
			f.Name, f.About, fmt.Sprint(len(f.Rounds)), digits(f.Median), digits(f.Worst), digits(f.Bar), digits(f.Aim), f.verdict(),
		}, "\t"))
	}
	return w.Flush()
}

// digits is a number with as many digits as it is worth.
func digits(value float64) string {
	if value >= 20 {
		return fmt.Sprintf("%.0f", value)
	}
	return fmt.Sprintf("%.2f", value)
}
