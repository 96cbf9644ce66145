package pages

import "time"

// paySamples is every shape of the pages of a purchase.
func paySamples(lang Lang) map[string]Page {
	frame := Frame{
		Lang:     lang,
		Merchant: "Кітап әлемі",
		BackLink: "https://shop.example/cart",
		Self:     "/pay.html?customer=5f1d7a86-2b1e-4c07-9a6c-0b7a61a5a7c2",
	}
	test := frame
	test.Test = true
	embedded := frame
	embedded.Embedded, embedded.FrameAncestors = true, []string{"https://shop.example"}
	almaty := time.FixedZone("", 5*60*60)
	now := time.Date(2026, time.March, 2, 14, 5, 0, 0, almaty)
	kzt := func(amount string) Money { return Money{amount, "KZT"} }

	plain := Checkout{
		Frame: frame, Form: Form{Brands: []Brand{Visa, Mastercard, UnionPay}}, Lifetime: Lifetime{now.Add(14*time.Minute + 32*time.Second), now},
		Amount: kzt("12900"), Description: "Заказ в книжном магазине", Order: "A-10045",
	}
	full := plain
	full.Frame, full.Now = test, now.Add(-24*time.Hour)
	full.Positions = []Position{
		{"Абай жолы, 1–4 кітап", "1", kzt("8900"), kzt("8900")},
		{"Дәптер, 48 бет", "5", kzt("600"), kzt("3000")},
		{"Жеткізу", "1", kzt("1000"), kzt("1000")},
	}
	full.Methods, full.Method = []Method{Wallet, BankCard}, BankCard
	full.Cards = []SavedCard{
		{"k1", "4716-04XX-XXXX-1981", Visa, "12/28"}, {"k2", "5335-21XX-XXXX-7703", Mastercard, "03/27"}, {"k3", "9860-12XX-XXXX-0015", "", ""},
	}
	full.CanSave, full.Save = true, true
	saved := full
	saved.Saved, saved.AskCode, saved.Methods, saved.Contact = "k1", true, nil, Contact{Asked: true}
	wrong := plain
	wrong.Values = Values{testNumber, "AIGUL SERIKOVA", "02/20"}
	wrong.Problems, wrong.CanSave = []Problem{NumberWrong, ExpiryPast, CVCMissing, ContactWrong}, true
	wrong.Contact = Contact{Asked: true, Required: true, Typed: "8 (700) 00"}
	trouble := func(trouble Trouble) Checkout {
		page := plain
		page.Values, page.Trouble = Values{testNumber, "AIGUL SERIKOVA", "12/28"}, trouble
		return page
	}
	late := plain
	late.Now = late.Deadline
	framed := saved
	framed.Frame = embedded

	amount := AmountForm{
		Frame: frame, Lifetime: plain.Lifetime, From: kzt("500"), To: kzt("100000"), Description: "Помощь приюту «Дос»", Order: "D-7",
	}
	wrongAmount := amount
	wrongAmount.Amount, wrongAmount.Problem = "99,99", AmountTooLow

	outcome := func(outcome Outcome, back Return) Result {
		return Result{
			Frame: frame, Operation: Purchase, Outcome: outcome, Amount: kzt("12900"), Order: "A-10045", Card: "4716-04XX-XXXX-1981",
			PaymentID: 1900000417, Return: back,
		}
	}
	signed := []ReturnField{
		{"pg_order_id", "A-10045"}, {"pg_payment_id", "1900000417"}, {"pg_salt", "We5Rt7Yu3Io9Pa1S"}, {"pg_sig", "0ac7b2218fc7581ed7c76a453d984bef"},
	}
	get := Return{Address: "https://shop.example/fp/ok?pg_order_id=A-10045&pg_sig=0ac7b2218fc7581ed7c76a453d984bef", After: 10 * time.Second}
	post := Return{Address: "http://shop.example/fp/ok", Post: true, Fields: signed, After: 10 * time.Second}
	atOnce := post
	atOnce.After = 0
	declined := outcome(Failed, get)
	declined.Code = 10009
	refused := outcome(Refused, post)
	refused.Said = "Out of stock <b>sorry</b>"
	return map[string]Page{
		"checkout":            plain,
		"checkout-full":       full,
		"checkout-saved":      saved,
		"checkout-problems":   wrong,
		"checkout-refused":    trouble(Trouble{Kind: ShopRefused, Said: "Товара нет на складе"}),
		"checkout-silent":     trouble(Trouble{Kind: ShopSilent}),
		"checkout-declined":   trouble(Trouble{Kind: CardDeclined, Code: 10009}),
		"checkout-gone":       trouble(Trouble{Kind: CardGone}),
		"checkout-late":       late,
		"checkout-embedded":   framed,
		"amount":              amount,
		"amount-problem":      wrongAmount,
		"purchase-paid":       outcome(Succeeded, get),
		"purchase-paid-post":  outcome(Succeeded, post),
		"purchase-at-once":    outcome(Succeeded, atOnce),
		"purchase-held":       outcome(Held, get),
		"purchase-declined":   declined,
		"purchase-process":    outcome(InProcess, get),
		"purchase-cancelled":  outcome(Cancelled, Return{}),
		"purchase-expired":    outcome(Expired, post),
		"purchase-refused":    refused,
		"purchase-returned":   outcome(Returned, Return{}),
		"purchase-challenged": Challenge{Frame: frame, Amount: kzt("12900"), Card: "4716-04XX-XXXX-1981", AttemptsLeft: 3},
	}
}
