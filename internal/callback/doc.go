// Package callback tells merchants what happened: signed messages to their URLs,
// at least once, with a record of every attempt. What a message says is decided
// by the system whose event it is.
package callback
