package pages

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzPage: whatever a shop or a payer wrote, a page is well-formed and holds nothing that could run or lead away, and its policy is
// one line that says once who may frame it.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{"<script>", "\"'><a href=javascript:1>", "]]>--&amp;&#x0;", "\u202e1000\u202c", "\x00\xff\r\nX: y", "https://shop.example/?a=1&b=<", "{{.}}", "; frame-ancestors *", "//evil.example"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		frame := Frame{
			Lang: Lang(one), Merchant: "x" + one, FrameAncestors: []string{two}, BackLink: "https://shop.example/" + two, Continues: []string{one},
			Self: "/payout.html?customer=" + two,
		}
		form := Form{Brands: []Brand{Visa}, Values: Values{Number: one, Holder: two, Expiry: one}, Problems: []Problem{NumberWrong, Problem(two)}}
		money := Money{Amount: "1" + one, Currency: "K" + two}
		deadline := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
		back := Return{Address: "https://shop.example/" + one, Post: len(one) > len(two), Fields: []ReturnField{{one, two}}}
		for _, page := range []Page{
			PayoutForm{Frame: frame, Form: form, Amount: money, Description: "x" + one, Deadline: deadline},
			Checkout{
				Frame: frame, Form: form, Amount: money, Description: one, Order: two, Lifetime: Lifetime{Deadline: deadline},
				Trouble: Trouble{Kind: ShopRefused, Said: one}, Positions: []Position{{one, two, money, money}}, Cards: []SavedCard{{one, two, Visa, one}},
			},
			Result{Frame: frame, Operation: Purchase, Outcome: Refused, Said: two, Order: one, Return: back},
		} {
			response := newRecorder(http.StatusOK, page).Result()
			all, err := elements(text(t, response))
			if err == nil {
				err = inert(all)
			}
			if err != nil {
				t.Fatalf("%T of %q and %q: %v", page, one, two, err)
			}
			policy := response.Header.Get("Content-Security-Policy")
			if strings.Count(policy, "frame-ancestors") != 1 || strings.ContainsAny(policy, "\r\n") {
				t.Errorf("policy %q", policy)
			}
		}
	})
}

// FuzzNegotiate: a page is in a language that there is, the one that was asked for by its code before all.
func FuzzNegotiate(f *testing.F) {
	f.Add("kz", "de, ru;q=0.5", "ru")
	f.Add("", "kk-Cyrl-KZ;q=1, en", "xx")
	f.Add("xx", "", "kk")
	f.Add("", strings.Repeat("a,", 600), "")
	f.Fuzz(func(t *testing.T, explicit, header, fallback string) {
		got := Negotiate(explicit, header, Lang(fallback))
		if got != got.known() {
			t.Fatalf("%q", got)
		}
		if want, ok := named[strings.ToLower(explicit)]; ok && got != want || !ok && explicit != "" && got != Lang(fallback).known() {
			t.Errorf("asked for %q: %q", explicit, got)
		}
	})
}
