// Package storetest gives tests fresh databases, one of each kind, so that a
// test is written once and holds on both. No program imports it.
package storetest
