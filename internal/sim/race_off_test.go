//go:build !race

package sim

// histories is how many are played unless a flag says otherwise, replayed how many
// of them are compared.
const histories, replayed = 500, 10
