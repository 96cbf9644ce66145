//go:build !race

package ledger_test

// How much is tried unless a flag says otherwise.
const (
	operationsTried = 1_000_000
	roundsTried     = 200
	historiesTried  = 50
)
