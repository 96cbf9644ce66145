// Package ids issues what names things: payment numbers from blocks that a node
// reserves, page keys and tokens. It does not know what the names are for.
package ids
