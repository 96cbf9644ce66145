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

// logarithmic is an axis from a power of ten not above least to one not below most.
func logarithmic(least, most, from, to float64) axis {
	least = max(least, 1e-9)
	a := axis{from: from, to: to, logarithmic: true}
	a.low = math.Pow(10, math.Floor(math.Log10(least)))
	a.high = max(math.Pow(10, math.Ceil(math.Log10(max(most, least)))), 10*a.low)
	return a
}

// stride is 1, 2 or 5 times a power of ten: at most eight of it make up length.
func stride(length float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(length/8)))
	for _, times := range []float64{1, 2, 5} {
		if length/(times*ten) <= 8 {
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
	for v := a.low; v <= a.high*1.0001; v *= 10 {
		values = append(values, v)
	}
	return values
}

// label writes a tick without needless digits.
func label(value float64) string {
	return strconv.FormatFloat(math.Round(value*1e6)/1e6, 'f', -1, 64)
}
