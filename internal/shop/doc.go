// Package shop is the merchant's side of the protocol: it signs calls, verifies
// answers and takes callbacks. The benchmark and the tests are built on it; the
// server never imports it.
package shop
