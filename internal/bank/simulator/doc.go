// Package simulator is the bank of the test mode: magic cards and accounts with
// known outcomes, and a memory of its own that survives a crash of the platform,
// as a real bank's would. It never sees the platform's books.
package simulator
