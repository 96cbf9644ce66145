// Package merchantapi declares the endpoints of the Merchant API (spec 01 and 02):
// their paths, secrets, fields and answers. Each handler turns a message into a
// command of a system and the system's result into an answer, nothing more.
package merchantapi
