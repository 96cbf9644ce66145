// Package payout sends money from a merchant's balance to a card or a bank
// account. It holds the states of a payout, the rules between them and its rows;
// it does not know how a call or a page looks.
package payout
