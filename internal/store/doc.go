// Package store keeps rows on SQLite and on PostgreSQL behind one interface:
// one description per table, one migration text, one SQL text wherever the two
// agree. It knows nothing of payments: what a row means is its owner's business.
package store
