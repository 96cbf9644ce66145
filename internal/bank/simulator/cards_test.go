package simulator

import (
	"testing"

	"tolem/internal/bank"
	"tolem/internal/clock"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

// The table of test cards (spec 01, 1.8; R33): what each column comes to, 0 for
// success. What cannot be reached fails as it does from where the payment is: a
// refund of what the card does not let capture with 10034.
var table = []struct {
	pan                                     string
	secure                                  bool
	auth, clearing, cancel, refund, oneStep codes.Code
}{
	{"4716047261941981", false, 0, 0, 10012, 0, 0},
	{"4916307416334310", true, 0, 0, 10012, 10019, 0},
	{"5367654276102126", true, 0, 10019, 0, 10034, 10019},
	{"4939770956154989", false, 0, 10019, 0, 10034, 10019},
	{"5335215945367703", false, 10007, 10035, 9013, 10034, 10007},
	{"4916109830832246", false, 10009, 10035, 9013, 10034, 10009},
	{"5548398681700148", false, 10001, 10035, 9013, 10034, 10001},
	{"5475102935853613", false, 10017, 10035, 9013, 10034, 10017},
	{"6224466455690681278", false, 0, 0, 0, 0, 0},
	{"623275279933273424", false, 0, 0, 0, 0, 0},
	{"62528733472390953", false, 0, 0, 0, 0, 0},
	{"4111111111111111", false, 0, 0, 0, 0, 0},
	{"4671593866478252", false, 99999, 10035, 9013, 10034, 99999}, // for payouts only
	{"4012888888881881", false, 99999, 10035, 9013, 10034, 99999},
}

func TestPurchaseCardsHaveTheirColumns(t *testing.T) {
	each(t, func(t *testing.T, b *Bank, _ *clock.Manual) {
		for _, c := range table {
			number := credit(t, "", c.pan).Card
			if secure, err := b.Enrolled(t.Context(), number); err != nil || secure != c.secure {
				t.Errorf("%s: 3-D Secure %v %v", c.pan, secure, err)
			}
			added, err := b.Verify(t.Context(), bank.Verification{Reference: "cb" + c.pan, Card: number})
			says(t, c.pan+" card add", added, err, c.auth)
			for _, at := range []string{"1-", "2-", "3-"} {
				answer, err := b.Charge(t.Context(), charging(t, at+c.pan, c.pan, 700))
				says(t, c.pan+" auth", answer, err, c.auth)
				if (len(answer.AuthCode) == 6) != (c.auth == 0) || len(answer.Reference) != 12 {
					t.Errorf("%s: authorisation code %q, retrieval reference %q", c.pan, answer.AuthCode, answer.Reference)
				}
			}
			do := func(name, charge string, a bank.Action, want codes.Code) {
				answer, err := b.Follow(t.Context(), following(string(a)+charge, charge, a, 700))
				says(t, c.pan+" "+name, answer, err, want)
			}
			do("clearing", "1-"+c.pan, bank.Capture, c.clearing)
			do("cancel", "2-"+c.pan, bank.Reverse, c.cancel)
			do("clearing", "3-"+c.pan, bank.Capture, c.clearing)
			do("refund", "3-"+c.pan, bank.Refund, c.refund)

			atOnce := charging(t, "4-"+c.pan, c.pan, 700)
			atOnce.Capture = true
			answer, err := b.Charge(t.Context(), atOnce)
			says(t, c.pan+" one-step", answer, err, c.oneStep)
			do("refund of one-step", "4-"+c.pan, bank.Refund, c.refund)
		}
	})
}

// unionPay is a card for which everything is available.
const unionPay = "6224466455690681278"

func charging(t *testing.T, reference, pan string, amount money.Amount) bank.Charge {
	return bank.Charge{Reference: reference, Money: money.Money{Amount: amount, Currency: money.KZT}, Card: credit(t, "", pan).Card}
}

func following(reference, charge string, a bank.Action, amount money.Amount) bank.Follow {
	return bank.Follow{Reference: reference, Charge: charge, Action: a, Money: money.Money{Amount: amount, Currency: money.KZT}}
}

// says wants success, or the code.
func says(t *testing.T, what string, a bank.Answer, err error, want codes.Code) {
	t.Helper()
	if err != nil || a.Code != want || (a.Outcome == bank.Approved) != (want == 0) || (a.Outcome == bank.Declined) != (want != 0) {
		t.Errorf("%s: %+v %v, want code %d", what, a, err, want)
	}
}
