package simulator

import (
	"tolem/internal/protocol/codes"
)

// credited is what becomes of a payout to a test card (spec 02, 0.8).
type credited struct {
	later bool       // in process first
	code  codes.Code // 0: success
}

var payoutCards = map[string]credited{
	"4671593866478252":    {},
	"6204500338419360939": {},
	"629656013969216940":  {},
	"62861819783765929":   {},
	"5325349472901311":    {code: codes.TryLater},
	"4556046085041740":    {code: codes.ContactIssuer},
	"5543974702876045":    {code: codes.PayoutBalanceTooLow},
	"5507841999732294":    {later: true},
	"4532676596620704":    {later: true, code: codes.ContactIssuer},
}

// iban is what becomes of a transfer to an account, told by its last digit (R56).
func iban(number string) credited {
	switch number[len(number)-1] {
	case '9':
		return credited{code: codes.ContactIssuer}
	case '8':
		return credited{later: true, code: codes.ContactIssuer}
	}
	return credited{later: true}
}

// purchaseCard is a row of the table of purchase test cards (spec 01, 1.8; R33):
// what each operation comes to, 0 for success. Any number that has no row fails
// with 99999. The column "card add" is that of auth.
type purchaseCard struct {
	secure  bool // takes part in 3-D Secure
	auth    codes.Code
	capture codes.Code
	reverse codes.Code
	refund  codes.Code
}

var purchaseCards = map[string]purchaseCard{
	"4716047261941981":    {reverse: codes.CancelRefused},
	"4916307416334310":    {secure: true, reverse: codes.CancelRefused, refund: codes.UseAnotherCard},
	"5367654276102126":    {secure: true, capture: codes.UseAnotherCard},
	"4939770956154989":    {capture: codes.UseAnotherCard},
	"5335215945367703":    {auth: codes.CardDataSecurity},
	"4916109830832246":    {auth: codes.InsufficientFunds},
	"5548398681700148":    {auth: codes.ContactIssuer},
	"5475102935853613":    {auth: codes.CardExpired},
	"6224466455690681278": {},
	"623275279933273424":  {},
	"62528733472390953":   {},
	"4111111111111111":    {},
}
