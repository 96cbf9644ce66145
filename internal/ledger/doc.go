// Package ledger keeps the books: accounts, transfers between them and holds.
// It is the only place where money moves; why it moves is decided by the
// systems (payout and the rest), and nothing here calls the outside.
package ledger
