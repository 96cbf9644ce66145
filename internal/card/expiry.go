package card

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Expiry is the last month in which a card is good.
type Expiry struct {
	Month int // 1..12
	Year  int // 2000..2099
}

// A separator frees the month from its leading zero and lets spaces in: 8/30, 08 / 2030, 08-30, 0830, 082030.
var expiryForm = regexp.MustCompile(`^ *(?:(\d\d?) *[/-] *|(\d\d))((?:20)?\d\d) *$`)

// ParseExpiry reads an expiry date as MM/YY, MM/YYYY, MMYY or MMYYYY, with spaces around a slash or dash. Its error is [ErrExpiry];
// a past date is no error here, see [Expiry.Valid].
func ParseExpiry(text string) (Expiry, error) {
	parts := expiryForm.FindStringSubmatch(text)
	if parts == nil {
		return Expiry{}, ErrExpiry
	}
	month, _ := strconv.Atoi(parts[1] + parts[2])
	year, _ := strconv.Atoi(parts[3])
	if month < 1 || month > 12 {
		return Expiry{}, ErrExpiry
	}
	return Expiry{Month: month, Year: 2000 + year%100}, nil
}

// Valid says whether the card is still good at now: until its month is over where now's location is.
func (e Expiry) Valid(now time.Time) bool {
	return now.Before(time.Date(e.Year, time.Month(e.Month)+1, 1, 0, 0, 0, 0, now.Location()))
}

// String returns MM/YY, the form of every message (R16).
func (e Expiry) String() string { return fmt.Sprintf("%02d/%02d", e.Month, e.Year%100) }
