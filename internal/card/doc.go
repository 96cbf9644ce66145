// Package card holds what is printed on a payment card as types that check themselves on entry and mask themselves on exit.
// Storage, encryption and the rules of payments never live here.
package card
