// Package cardtoken keeps saved cards: the sessions in which a person types a
// card (bindings) and the tokens that stand for it afterwards. What a token may
// pay for is decided by the systems that are given one.
package cardtoken
