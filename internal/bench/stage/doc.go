// Package stage prepares an installation for a benchmark: merchants with money
// and a saved card each, and a past of many payouts. All of it is made by the
// platform's own systems, so the books are right afterwards. It measures nothing.
package stage
