// Package sim plays histories of a platform from a seed: the real systems on a
// real store, with a clock, a bank, merchants and a network that misbehave. Calls
// and effects are under way side by side, each from one pause to the next, and the
// process may be killed at every pause. After every step that committed something
// the books are checked, and payouts and purchases against what the bank knows. The
// same seed plays the same history.
package sim
