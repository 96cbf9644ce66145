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
	Values
}

// Values are those of the rounds, with the median and the worst.
type Values struct {
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
		var values []float64
		for _, n := range slices.Sorted(maps.Keys(rounds)) {
			if value, ok := row.figure(rounds[n]); ok {
				values = append(values, value)
			}
		}
		if len(values) > 0 {
			figures = append(figures, Figure{row, valuesOf(values, row.AtMost)})
		}
	}
	return figures, nil
}

// valuesOf rounds, of which there is at least one.
func valuesOf(rounds []float64, atMost bool) Values {
	sorted := slices.Sorted(slices.Values(rounds))
	n := len(sorted)
	v := Values{rounds, (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0]}
	if atMost {
		v.Worst = sorted[n-1]
	}
	return v
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
