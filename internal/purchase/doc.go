// Package purchase takes money from a payer for a merchant. It holds the states
// of a purchase, the rules between them and its rows; it does not know how a call
// or a page looks.
package purchase
