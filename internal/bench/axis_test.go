package bench

import (
	"slices"
	"testing"
)

func TestAxesHaveRoundTicks(t *testing.T) {
	for _, c := range []struct {
		axis axis
		want []float64
	}{
		{linear(506, 0, 1), []float64{0, 100, 200, 300, 400, 500, 600}},
		{linear(500, 0, 1), []float64{0, 100, 200, 300, 400, 500}},
		{linear(7, 0, 1), []float64{0, 1, 2, 3, 4, 5, 6, 7}},
		{linear(0, 0, 1), []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{logarithmic(3, 900, 0, 1), []float64{2, 5, 10, 20, 50, 100, 200, 500, 1000}},
		{logarithmic(10, 10, 0, 1), []float64{10, 20}},
		{logarithmic(0.7, 0.7, 0, 1), []float64{0.5, 1}},
		{logarithmic(0.7, 12000, 0, 1), []float64{1, 10, 100, 1000, 10000}}, // all of them would be a crowd
	} {
		got := c.axis.ticks()
		if !slices.EqualFunc(got, c.want, func(a, b float64) bool { return label(a) == label(b) }) {
			t.Errorf("%+v: %v, want %v", c.axis, got, c.want)
		}
		for _, v := range got {
			if len(label(v)) > 6 {
				t.Errorf("a tick is called %s", label(v))
			}
		}
	}
}

func TestAnAxisPlacesItsValues(t *testing.T) {
	for _, c := range []struct {
		axis        axis
		value, want float64
	}{
		{linear(100, 50, 250), 0, 50}, {linear(100, 50, 250), 25, 100}, {linear(100, 50, 250), 100, 250}, {linear(100, 50, 250), 200, 250},
		{linear(100, 300, 100), 75, 150}, // upwards
		{logarithmic(1, 1000, 0, 300), 10, 100}, {logarithmic(1, 1000, 0, 300), 1000, 300}, {logarithmic(1, 1000, 0, 300), 0, 0},
	} {
		if got := c.axis.at(c.value); got < c.want-1e-6 || got > c.want+1e-6 {
			t.Errorf("%+v: %v is at %v, want %v", c.axis, c.value, got, c.want)
		}
	}
}
