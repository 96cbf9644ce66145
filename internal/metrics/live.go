package metrics

import "github.com/prometheus/client_golang/prometheus"

// live is a collector that looks when it is asked.
type live struct {
	all  []*prometheus.Desc
	look func(chan<- prometheus.Metric)
}

// Describe is prometheus.Collector.
func (l live) Describe(out chan<- *prometheus.Desc) {
	for _, d := range l.all {
		out <- d
	}
}

// Collect is prometheus.Collector.
func (l live) Collect(out chan<- prometheus.Metric) { l.look(out) }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

func gauge(d *prometheus.Desc, value int, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), labels...)
}
