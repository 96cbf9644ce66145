// Package outbound calls URLs that merchants chose, without letting them choose what it reaches (S8, R39): public addresses only,
// no redirects, everything bounded in time and size. What is sent, when it is repeated and what the answer means never live here.
package outbound
