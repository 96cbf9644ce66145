package sim

import (
	"slices"
	"strconv"

	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// mood is how the merchant answers to what it hears of a purchase.
type mood int

// The moods. Only the second takes a purchase back.
const (
	pleased mood = iota
	refuses      // it says no
	mumbles      // it says no without a signature
	aped         // somebody else says no in its name
	moods
)

// words are why the merchant says no.
const words = "out of stock"

// hear remembers what a Result notify says of a purchase.
func (s *sink) hear(of shop.Received) {
	payment := of.Message.Get("pg_payment_id")
	if of.Message.Get("pg_can_reject") == "0" {
		s.bound[payment] = true
	}
	if id, err := strconv.ParseInt(of.Message.Get("pg_recurring_profile"), 10, 64); err == nil && !slices.Contains(s.profiles, id) {
		s.profiles = append(s.profiles, id)
	}
}

// opinion is the merchant's answer to a callback that it takes. To one question it
// has a new answer each time; what it thinks of a paid purchase it keeps thinking.
func (s *sink) opinion(event string, of shop.Received) []byte {
	payment := of.Message.Get("pg_payment_id")
	switch event {
	case "check":
		return s.says(s.mood(), of)
	case "result":
		m, ok := s.moods[payment]
		if !ok {
			m = s.mood()
			s.moods[payment] = m
		}
		if m == refuses && of.Message.Get("pg_can_reject") == "1" {
			s.rejected[payment] = true
		}
		return s.says(m, of)
	}
	return nil
}

func (s *sink) mood() mood {
	if !s.w.chance(s.w.habits.picky) {
		return pleased
	}
	return 1 + mood(s.w.number(int(moods)-1))
}

func (s *sink) says(m mood, of shop.Received) []byte {
	switch m {
	case refuses:
		return []byte(s.client.Answer(of, "pg_status", "rejected", "pg_description", words))
	case mumbles:
		return pg.EncodeXML("response", pg.Message{}.With("pg_status", "rejected").With("pg_description", words))
	case aped:
		return []byte((&shop.Client{Purchase: "a guess"}).Answer(of, "pg_status", "rejected", "pg_description", words))
	}
	return []byte(s.client.Answer(of, "pg_status", "ok"))
}
