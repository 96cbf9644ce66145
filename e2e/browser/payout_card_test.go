package browser

import (
	"testing"
	"time"
)

func TestACardForPayoutsIsSavedAndPaidOutTo(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.payoutCard()
	person := s.open(page)
	person.enter("number", "4671 5938 6647 8252")
	person.enter("holder", "aigul serikova")
	person.submit()
	person.at(s.site.URL("/wallet"))

	saved := s.told(page.payment, "/callbacks/payout-card")
	if saved.Get("pg_status") != "success" || saved.Get("pg_card_hash") != "4671-59XX-XXXX-8252" {
		t.Fatal(saved)
	}
	before := s.balance()
	paid := s.call("/api/reg2reg", "pg_order_id", "weekly-1", "pg_amount", "15000", "pg_description", "Weekly earnings",
		"pg_order_time_limit", inUTC(s.clock.Now().Add(time.Hour)), "pg_user_id", "driver-88",
		"pg_post_link", s.site.URL("/callbacks/payout"), "pg_card_token_to", saved.Get("pg_card_token"))
	if paid.Get("pg_status") != "ok" || before != "1000000000.00" || s.balance() != "999985000.00" {
		t.Error(paid, before, s.balance())
	}
	if done := s.told(paid.Get("pg_payment_id"), "/callbacks/payout"); done.Get("pg_status") != "ok" {
		t.Error(done)
	}

	person.dead(person.back())
	person.dead(person.visit(page.address))
}

func TestACardTypedInTwoWindowsIsSavedOnce(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.payoutCard()
	windows := []*tab{s.open(page), s.open(page)}
	for _, person := range windows {
		person.enter("number", paid)
		person.enter("holder", "Aigul Serikova")
		person.submit()
		person.at(s.site.URL("/wallet"))
		s.told(page.payment, "/callbacks/payout-card")
	}
}

func TestTheTimeForTypingACardEnds(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	page := s.payoutCard()
	person := s.open(page)
	person.enter("number", paid)
	person.enter("holder", "Aigul Serikova")
	s.clock.Advance(31 * time.Minute)
	if told := s.told(page.payment, "/callbacks/payout-card"); told.Get("pg_error_code") != "10018" {
		t.Error(told)
	}
	person.submit()
	person.at(s.site.URL("/wallet"))
	person.dead(person.visit(page.address))
}
