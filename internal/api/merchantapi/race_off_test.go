//go:build !race

package merchantapi_test

// How much is tried unless a flag says otherwise.
const (
	keysTried   = 500
	roundsTried = 200
)
