package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"tolem/internal/store"
)

// WatchDatabases shows how the connections of databases are used, each under the
// name it is given.
func (m *Metrics) WatchDatabases(databases map[string]*store.DB) {
	connections := describe("tolem_database_connections", "Connections by state: open, busy, or how many there may be (limit).", "database", "pool", "state")
	waited := describe("tolem_database_wait_seconds_total", "Time that callers waited for a connection.", "database", "pool")
	decided := describe("tolem_decided_from_memory_total", "Transactions that were decided on rows the node remembered, and whether these were as it remembered them.", "database", "memory")
	m.registry.MustRegister(live{[]*prometheus.Desc{connections, waited, decided}, func(out chan<- prometheus.Metric) {
		for name, db := range databases {
			memory := db.Assumptions()
			out <- prometheus.MustNewConstMetric(decided, prometheus.CounterValue, float64(memory.Right), name, "right")
			out <- prometheus.MustNewConstMetric(decided, prometheus.CounterValue, float64(memory.Wrong), name, "wrong")
			for _, p := range db.Pools() {
				out <- gauge(connections, p.Open, name, p.Name, "open")
				out <- gauge(connections, p.Busy, name, p.Name, "busy")
				out <- gauge(connections, p.Most, name, p.Name, "limit")
				out <- prometheus.MustNewConstMetric(waited, prometheus.CounterValue, p.Waited.Seconds(), name, p.Name)
			}
		}
	}})
}
