package merchantapi_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// stage is where the scenes of one file are played, one after the other.
type stage struct {
	*testing.T
	house *house
	sells map[string]*seller // "" is the merchant, "other" another one
	known values
	seen  map[ledger.TransferKey]bool
	calls map[string]written // by path, and "" for the latest
}

// written is a call that a scene wrote out, unsigned, for others to repeat.
type written struct {
	line    string // "POST /api/reg2reg"
	message pg.Message
}

// patience is how long an answer "at last" may take.
const patience = 15 * time.Second

func newStage(h *house) *stage {
	s := &stage{
		T: h.t, house: h, sells: map[string]*seller{"": h.enroll(merchant.Test), "other": h.enroll(merchant.Test)},
		seen: map[ledger.TransferKey]bool{}, calls: map[string]written{},
	}
	s.known = values{"merchant": fmt.Sprint(s.sells[""].Merchant), "other": fmt.Sprint(s.sells["other"].Merchant)}
	s.unseen()
	return s
}

// play plays a scene and compares all that it says.
func (s *stage) play(t *testing.T, c scene) {
	s.T, s.house.t = t, t
	for _, line := range c.prepare {
		s.prepare(line)
	}
	switch {
	case c.refusals:
		for _, line := range c.answer {
			change, refusal, _ := strings.Cut(line, " -> ")
			code, description, _ := strings.Cut(refusal, " ")
			s.call(c, change, []string{"pg_status=error", "pg_error_code=" + code, "pg_error_description=" + description})
		}
	case c.call != "":
		s.call(c, "", c.answer)
	}
	if !c.later {
		s.compare("transfers", c.transfers, s.unseen())
	}
}

func (s *stage) prepare(line string) {
	s.Helper()
	words := strings.Fields(s.known.fill(line))
	shop := s.sells[""]
	switch verb, rest := words[0], words[1:]; verb {
	case "set":
		shop.set(rest[0], strings.Join(rest[1:], " "))
	case "status":
		shop.change(func(m *merchant.Merchant) error { m.Status = merchant.Status(rest[0]); return nil })
	case "fund":
		shop.fund(rest[0], ledger.Book(rest[1]))
		s.unseen()
	case "wait":
		d, err := time.ParseDuration(rest[0])
		if err != nil {
			s.Fatal(err)
		}
		s.house.clock.Advance(d)
	case "type": // type 4671593866478252 into {customer}, or 4716047261941981 12/28 to pay
		page, expiry := "payout", ""
		if rest[1] != "into" {
			page, expiry = "pay", rest[1]
		}
		shop.typeCard("https://pay.example/"+page+".html?customer="+rest[len(rest)-1], rest[0], expiry)
	case "save": // save cardstorage 4716047261941981 12/28 of usr-1 as card
		expiry := ""
		if rest[2] != "of" {
			expiry, rest = rest[2], append(rest[:2:2], rest[3:]...)
		}
		name := rest[5]
		s.known[name], s.known[name+"_id"] = shop.save(rest[0], rest[3], rest[1], expiry)
	case "approve", "reject": // approve {request}, or approve {request} -> 10020
		want := codes.Code(0)
		if len(rest) > 1 {
			n, err := strconv.Atoi(rest[2])
			if want = codes.Code(n); err != nil {
				s.Fatal(err)
			}
		}
		if got := shop.review(rest[0], verb == "approve"); got != want {
			s.Errorf("%s: code %d, want %d", line, got, want)
		}
	case "profile": // profile of {payment} as name
		s.known[rest[3]] = strconv.FormatInt(shop.purchase(rest[1]).ProfileID, 10)
	case "pay": // pay 1500 with {card} of usr-1 as first at once
		s.known[rest[6]] = shop.charge(rest[0], rest[2], rest[4], len(rest) > 7)
		s.unseen()
	default:
		s.Fatalf("%q is nothing that can be prepared", line)
	}
}

// call sends what a scene says, with one more change if there is one.
func (s *stage) call(c scene, further string, want []string) {
	s.Helper()
	words := strings.Fields(s.known.fill(c.call))
	message := pg.Message{}.With("pg_merchant_id", s.known["merchant"])
	again := words[0] == "again"
	if again {
		words, message = s.again(words[1:])
	}
	for _, change := range c.fields {
		message = s.known.apply(message, change)
	}
	if !again {
		call := written{words[0] + " " + words[1], message}
		s.calls[words[1]], s.calls[""] = call, call
	}
	if further != "" {
		message = s.known.apply(message, further)
	}
	for deadline := time.Now().Add(patience); ; {
		got := s.send(words, message, c.ruler)
		expected, captured := s.known.match(want, got)
		if strings.HasSuffix(c.ruler, " at last") && !cmp.Equal(expected, got) && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			s.Errorf("%s %s: answer (-want +got):\n%s", strings.Join(words, " "), further, diff)
		}
		for name, value := range captured {
			s.known[name] = value
		}
		return
	}
}

// again is the call that was written out last, or last to a path.
func (s *stage) again(options []string) (words []string, message pg.Message) {
	path := ""
	if len(options) > 0 && options[0][0] == '/' {
		path, options = options[0], options[1:]
	}
	call, ok := s.calls[path]
	if !ok {
		s.Fatal("there is no call to be made again")
	}
	return append(strings.Fields(call.line), options...), call.message
}

// unseen are the transfers booked since it was asked last.
func (s *stage) unseen() (lines []string) {
	s.Helper()
	for _, shop := range s.sells {
		for _, t := range shop.transfers() {
			if s.seen[t.TransferKey] {
				continue
			}
			s.seen[t.TransferKey] = true
			kind := string(t.Kind)
			if t.Ends != 0 {
				kind += " " + strconv.FormatInt(t.Ends, 10)
			}
			lines = append(lines, fmt.Sprintf("%d/%d %s %s %s -> %s %s", t.PaymentID, t.Step, kind, t.Book, t.Debit, t.Credit,
				money.Money{Amount: t.Amount, Currency: t.Currency}))
		}
	}
	return lines
}

func (s *stage) compare(what string, want, got []string) {
	s.Helper()
	expected, _ := s.known.match(want, got)
	if diff := cmp.Diff(expected, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
