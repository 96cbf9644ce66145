// Package money holds amounts and currencies: int64 minor units, their wire
// text and tariffs. It never sees a float and never moves money.
package money
