// Package wallet takes cards out of the tokens of Google Pay and Apple Pay, and is
// the port to the keys that open them. What is paid with a card is decided elsewhere.
package wallet
