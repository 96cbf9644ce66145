// Package idempotency remembers which request a key was used for, so that the
// same request does the same thing once (R44). What the thing is, and what its
// answer looks like now, is known by the system that did it.
package idempotency
