package bench

import (
	"math"
	"strconv"
)

// axis maps values from low to high onto the pixels between from and to.
type axis struct {
	low, high   float64
	from, to    float64
	logarithmic bool
}

// linear is an axis from zero to a round number not below most.
func linear(most, from, to float64) axis {
	a := axis{from: from, to: to, high: 1}
	if most > 0 {
		step := stride(most)
		a.high = math.Ceil(most/step-1e-9) * step
	}
	return a
}

// logarithmic is an axis from a round number not above least to one not below most.
func logarithmic(least, most, from, to float64) axis {
	least = max(least, 1e-9)
	a := axis{from: from, to: to, low: 1 / roundUp(1/least), logarithmic: true}
	a.high = max(roundUp(most), roundUp(1.5*a.low))
	return a
}

// stride is round: at most eight of it make up length.
func stride(length float64) float64 { return roundUp(length / 8) }

// roundUp is the next that is not below value of 1, 2 or 5 times a power of ten: so is
// one over each of them.
func roundUp(value float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(value)))
	for _, times := range []float64{1, 2, 5} {
		if value <= times*ten*1.000001 {
			return times * ten
		}
	}
	return 10 * ten
}

// at is the pixel of a value; what lies outside is at the edge.
func (a axis) at(value float64) float64 {
	value = min(max(value, a.low), a.high)
	share := (value - a.low) / (a.high - a.low)
	if a.logarithmic {
		share = math.Log(value/a.low) / math.Log(a.high/a.low)
	}
	return a.from + share*(a.to-a.from)
}

// ticks are the values that the axis names.
func (a axis) ticks() (values []float64) {
	if !a.logarithmic {
		step := stride(a.high)
		for n := 0.0; n*step <= a.high+step/1e6; n++ {
			values = append(values, n*step)
		}
		return values
	}
	for v := a.low; v <= a.high*1.0001; v = roundUp(1.5 * v) {
		if ten := math.Log10(v); a.high <= 1e4*a.low || math.Abs(ten-math.Round(ten)) < 1e-6 {
			values = append(values, v)
		}
	}
	return values
}

// label writes a tick without needless digits.
func label(value float64) string {
	return strconv.FormatFloat(math.Round(value*1e6)/1e6, 'f', -1, 64)
}
