//go:build !race

package sim

// histories is how many are played unless a flag says otherwise.
const histories = 500
