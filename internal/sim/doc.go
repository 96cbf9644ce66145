// Package sim plays histories of a platform from a seed: the real systems on a
// real store, with a clock, a bank, merchants and a network that misbehave, and a
// process that dies between any two steps. After every step the books are checked.
// The same seed plays the same history.
package sim
