// Package metrics counts what the systems tell their observers and shows it as
// Prometheus text. Labels are of bounded sets: no merchant, payment or address is
// one. docs/operations.md lists them all.
package metrics
