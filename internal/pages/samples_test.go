package pages

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"time"
)

// samples is every page of the package, at least one of each shape, under a name for the test that uses it.
func samples(lang Lang) map[string]Page {
	frame := Frame{
		Lang:     lang,
		Merchant: "Такси Алатау",
		Test:     true,
		BackLink: "https://shop.example/wallet",
		Self:     "/payout.html?customer=2c9a7b15-e04d-46f8-b3e1-d0aa6c5f1b72",
	}
	live := frame
	live.Test = false
	embedded := frame
	embedded.Embedded = true
	embedded.FrameAncestors = []string{"https://shop.example"}
	brands := []Brand{Visa, Mastercard, UnionPay}
	form := Form{Brands: brands}
	wrong := form
	wrong.Values = Values{Number: testNumber, Holder: "AIGUL SERIKOVA", Expiry: "02/20"}
	payout := PayoutForm{
		Frame: frame, Form: form, Amount: Money{"15000", "KZT"}, Description: "Выплата за неделю, 12–18 октября",
		Deadline: time.Date(2026, time.March, 2, 18, 0, 0, 0, time.FixedZone("", 5*60*60)),
	}
	result := func(operation Operation, outcome Outcome, code int) Result {
		return Result{
			Frame: live, Operation: operation, Outcome: outcome, Code: code,
			Amount: Money{"15000", "KZT"}, Card: "4671-59XX-XXXX-8252", PaymentID: 1700000520,
		}
	}
	with := func(problems ...Problem) Form {
		form := wrong
		form.Problems = problems
		return form
	}
	failedPayout := payout
	failedPayout.Form = with(NumberWrong, HolderWrong)
	all := wrong
	all.Brands = []Brand{Visa, Mastercard, AmericanExpress, UnionPay, Humo, Uzcard}
	pages := map[string]Page{
		"payout-card":          PayoutCardForm{live, form},
		"payout-card-problems": PayoutCardForm{frame, with(NumberUnsupported, HolderMissing)},
		"payout-card-embedded": PayoutCardForm{embedded, form},
		"card":                 CardForm{Frame: frame, Form: form},
		"card-problems":        CardForm{Frame: live, Form: with(NumberWrong, ExpiryPast), Hold: Money{"10", "KZT"}},
		"card-brands":          CardForm{Frame: live, Form: all},
		"payout":               payout,
		"payout-problems":      failedPayout,
		"result-success":       result(Payout, Succeeded, 0),
		"result-failure":       result(Payout, Failed, 10001),
		"result-unknown-code":  result(CardBinding, Failed, 424242),
		"result-process":       result(Payout, InProcess, 0),
		"result-expired":       Result{Frame: embedded, Operation: PayoutCardBinding, Outcome: Expired},
		"result-saved":         Result{Frame: frame, Operation: PayoutCardBinding, Outcome: Succeeded, Card: "6224-46XX-XXXX-XXX1-278"},
		"challenge":            Challenge{Frame: live, Amount: Money{"10", "KZT"}, Card: "4716-04XX-XXXX-1981", AttemptsLeft: 3},
		"challenge-wrong":      Challenge{Frame: live, Amount: Money{"10", "KZT"}, Card: "4716-04XX-XXXX-1981", AttemptsLeft: 1, WrongCode: true},
		"notice-not-found":     Notice{Frame{Lang: lang}, NotFound},
		"notice-expired":       Notice{live, PageExpired},
		"notice-unavailable":   Notice{live, Unavailable},
		"notice-busy":          Notice{live, TooManyRequests},
		"code":                 SecurityCode{Frame: frame, Amount: Money{"2500", "KZT"}, Order: "ord-5001", Card: "4716-04XX-XXXX-1981", Problem: CVCWrong},
		"code-live":            SecurityCode{Frame: live, Amount: Money{"2500", "KZT"}, Description: "Заказ", Trouble: Trouble{Kind: ShopSilent}},
		"rejection":            Rejection{Frame{Lang: lang}, 9403, "pg_amount"},
	}
	maps.Copy(pages, paySamples(lang))
	return pages
}

// testNumber is a documented payout test card (spec 02, 0.8).
const testNumber = "4671593866478252"

// drawn renders a page as a browser receives it.
func drawn(page Page) *http.Response { return newRecorder(http.StatusOK, page).Result() }

func newRecorder(status int, page Page) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	Render(recorder, status, page)
	return recorder
}
