//go:build race

package sim

// histories is how many are played unless a flag says otherwise, replayed how many
// of them are compared: few, because the race detector makes the embedded database
// an order of magnitude slower, and a history runs one thing at a time anyway.
const histories, replayed = 4, 1
