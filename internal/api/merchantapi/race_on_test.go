//go:build race

package merchantapi_test

// How much is tried unless a flag says otherwise: less, because the race detector
// makes the embedded database an order of magnitude slower.
const (
	keysTried   = 20
	roundsTried = 10
)
