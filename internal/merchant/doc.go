// Package merchant knows the shops: who they are, their secrets and their
// settings. It moves no money and speaks no protocol.
package merchant
