//go:build race

package sim

// histories is how many are played unless a flag says otherwise. The race
// detector makes the embedded database an order of magnitude slower, and a
// history has one goroutine anyway.
const histories = 10
