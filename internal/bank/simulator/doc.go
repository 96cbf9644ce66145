// Package simulator is the bank of the test mode: magic cards and accounts with
// known outcomes, and a memory of its own that survives a crash of the platform,
// as a real bank's would. Its books of purchases are as strict as an acquirer's:
// what was never authorised is not captured, and what was never captured is not
// given back, whatever the platform asks. It never sees the platform's books.
package simulator
