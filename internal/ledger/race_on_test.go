//go:build race

package ledger_test

// How much is tried unless a flag says otherwise: less, because the race detector
// makes the embedded database an order of magnitude slower.
const (
	operationsTried = 6_000
	roundsTried     = 30
	historiesTried  = 10
)
