// Package inbound is what every HTTP call goes through on its way in: it gets an
// id, a place if there is one, and a line in the log. What a call says and how it
// is answered is decided further in.
package inbound
