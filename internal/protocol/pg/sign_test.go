package pg

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestScriptIsTheLastSegmentAsSpelled(t *testing.T) {
	for path, want := range map[string]string{
		"/init_payment.php":                     "init_payment.php",
		"/init_payment":                         "init_payment",
		"/v1/merchant/7/card/init":              "init",
		"//api/iban_payout":                     "iban_payout",
		"/g2g/payment_page/":                    "",
		"":                                      "",
		"/get_status.php?x=a/b":                 "get_status.php",
		"https://shop.example/fp/result?x=1":    "result",
		"https://shop.example/fp/ok#done/there": "ok",
		"https://shop.example/fp/":              "",
		"https://shop.example":                  "",
		"https://shop.example?to=/x":            "",
		"/to?u=https://shop.example":            "to",
		"/a/http://b":                           "b",
	} {
		if got := Script(path); got != want {
			t.Errorf("Script(%q) = %q, want %q", path, got, want)
		}
	}
}

const secret = "kVn3QmZ8rTb1Xe5L"

// signedAs seals m with the given sequence of values.
func signedAs(m Message, order order, empties bool) Message {
	m = m.With(saltField, "s4lt")
	values := order(m)
	if !empties {
		values = dropEmpty(values)
	}
	return m.With(sigField, Sign("x", flat(values), secret))
}

// flat is a message whose natural order is the given one.
func flat(values []string) Message {
	m := Message{{Name: "list", Nested: Message{}}}
	for _, value := range values {
		m[0].Nested = append(m[0].Nested, Field{Value: value})
	}
	return m
}

func TestVerifyKnowsTheSixReadings(t *testing.T) {
	list := Field{Name: "item", Nested: Message{}}
	for _, key := range strings.Fields("0 1 2 3 4 5 6 7 8 9 10 11") {
		list.Nested = append(list.Nested, Field{Name: key, Value: "v" + key})
	}
	m := Message{{Name: "empty"}, list, {Name: "x1", Value: "a"}, {Name: "x10", Value: "b"}}
	seen := map[string]bool{}
	for _, order := range orders {
		for _, empties := range []bool{true, false} {
			sealed := signedAs(m, order, empties)
			if seen[sealed.Get(sigField)] {
				t.Error("two readings sign alike: the message does not tell them apart")
			}
			seen[sealed.Get(sigField)] = true
			if !Verify("x", sealed, secret) {
				t.Errorf("refused: %s", order(sealed))
			}
			if Verify("y", sealed, secret) || Verify("x", sealed, secret+"x") {
				t.Error("accepted with another script or secret")
			}
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	m := Seal("x", Message{{Name: "a", Value: "1"}}, secret, "s4lt")
	sig := m.Get(sigField)
	reseal := func(salt string) Message { return Seal("x", Message{{Name: "a", Value: "1"}}, secret, salt) }
	for name, c := range map[string]struct {
		m    Message
		want bool
	}{
		"nothing":                     {m, true},
		"upper-case digits":           {m.Without(sigField).With(sigField, strings.ToUpper(sig)), true},
		"the longest salt":            {reseal(strings.Repeat("ё", 255)), true},
		"a longer salt":               {reseal(strings.Repeat("s", 256)), false},
		"an empty salt":               {reseal(""), false},
		"no salt":                     {Message{{Name: "a", Value: "1"}, {Name: sigField, Value: Sign("x", Message{{Name: "a", Value: "1"}}, secret)}}, false},
		"no signature":                {m.Without(sigField), false},
		"a second signature":          {append(m[:len(m):len(m)], Field{Name: sigField, Nested: Message{{Name: "x", Value: sig}}}), false},
		"a second salt":               {m.With(saltField, "s"), false},
		"half a signature":            {m.Without(sigField).With(sigField, sig[:16]), false},
		"a signature of other digits": {m.Without(sigField).With(sigField, strings.Repeat("z", 32)), false},
		"another value":               {append(Message{{Name: "a", Value: "2"}}, m[1:]...), false},
		"one more field":              {m.With("b", "2"), false},
		"one more list":               {append(m[:len(m):len(m)], Field{Name: "b", Nested: Message{{Name: sigField, Value: "2"}}}), false},
		"subscription_type (R6)":      {m.With(UnsignedField, "7"), true},
		"subscription_type and more":  {m.With(UnsignedField, "7").With("b", "2"), false},
	} {
		if got := Verify("x", c.m, secret); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if Verify("x", Seal("x", m, "", "s4lt"), "") {
		t.Error("an empty secret verifies")
	}
}

func TestASignedSubscriptionTypeIsAnOrdinaryField(t *testing.T) {
	m := Seal("x", Message{{Name: UnsignedField, Value: "7"}, {Name: "a", Value: "1"}}, secret, "s4lt")
	if !Verify("x", m, secret) {
		t.Error("refused")
	}
}

func TestListElementsKeepTheirOrderAndNamesDoNot(t *testing.T) {
	m := Message{
		{Name: "b", Value: "last"},
		{Name: "a", Nested: Message{{Name: "10", Value: "1"}, {Name: "9", Value: "2"}, {Name: "", Value: "3"}}},
		{Name: "B", Value: "first"},
		{Name: "a", Nested: Message{{Name: "y", Value: "5"}, {Name: "x", Value: "4"}, {Name: sigField, Value: "nested"}}},
		{Name: sigField, Value: "none"},
	}
	if got, want := StringToSign("s", m, "k"), "s;first;1;2;3;nested;4;5;last;k"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheDocumentedOrderNumbersUnnamedElements(t *testing.T) {
	named := Message{{Name: "a", Nested: Message{{Name: "3", Value: "x"}, {Name: "4", Value: "y"}, {Name: "0", Value: "z"}}}}
	unnamed := Message{{Name: "a", Nested: Message{{Name: "3", Value: "x"}, {Name: "", Value: "y"}, {Name: "0", Value: "z"}}}}
	if got, want := strings.Join(documented(unnamed), ""), strings.Join(documented(named), ""); got != want || got != "zxy" {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSealReplacesAnOldSealAndLeavesTheMessageAlone(t *testing.T) {
	m := Seal("x", Message{{Name: "a", Value: "1"}}, secret, "old")
	resealed := Seal("y", m, secret, "new")
	if !Verify("y", resealed, secret) || resealed.Get(saltField) != "new" || len(resealed) != 3 {
		t.Errorf("sealed again: %v", resealed)
	}
	if !Verify("x", m, secret) {
		t.Error("the first message was changed")
	}
}

func TestSaltsAreSixteenLettersAndDigitsOfWhichNoneIsRare(t *testing.T) {
	const rounds = 4000
	count := map[byte]int{}
	salts := map[string]bool{}
	for range rounds {
		salt := NewSalt()
		if len(salt) != 16 || salts[salt] {
			t.Fatalf("salt %q is short or repeated", salt)
		}
		salts[salt] = true
		for i := range len(salt) {
			if !isAlphanumeric(salt[i]) {
				t.Fatalf("salt %q", salt)
			}
			count[salt[i]]++
		}
	}
	mean := rounds * 16 / 62
	for c := range count {
		if count[c] < mean*3/4 || count[c] > mean*5/4 { // over eight standard deviations
			t.Errorf("%q came %d times, about %d expected", c, count[c], mean)
		}
	}
	if len(count) != 62 {
		t.Errorf("%d different characters, want 62", len(count))
	}
}

func TestWhatSealWritesVerifies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := messages(true).Draw(t, "message")
		script := rapid.StringMatching(`[a-z_]{0,12}(\.php)?`).Draw(t, "script")
		sealed := Seal(script, m, secret, NewSalt())
		if !Verify(script, sealed, secret) {
			t.Fatal("refused")
		}
	})
}

func TestTheSequenceOfNamedFieldsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := messages(true).Draw(t, "message")
		if got, want := Sign("x", shuffled(t, m, true), secret), Sign("x", m, secret); got != want {
			t.Fatalf("shuffled %s, want %s", got, want)
		}
	})
}

// shuffled changes the sequence of the fields of every level that is no list.
func shuffled(t *rapid.T, m Message, top bool) Message {
	out := append(Message{}, m...)
	if top || !m.isList() {
		out = rapid.Permutation(out).Draw(t, "level")
	}
	for i := range out {
		if out[i].Nested != nil {
			out[i].Nested = shuffled(t, out[i].Nested, false)
		}
	}
	return out
}

func TestAChangedValueChangesTheSignature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := messages(false).Draw(t, "message")
		before := Sign("x", m, secret)
		place := leaves(m)
		value := place[rapid.IntRange(0, len(place)-1).Draw(t, "field")]
		old := *value
		*value = rapid.StringMatching(`[a-zа-я0-9 ]{0,8}`).Filter(func(s string) bool { return s != old }).Draw(t, "value")
		if Sign("x", m, secret) == before {
			t.Fatalf("%q instead of %q signs alike", *value, old)
		}
	})
}

// leaves are the values of a message. None of them holds a semicolon, which would move the borders of values (S1).
func leaves(m Message) []*string {
	var found []*string
	for i := range m {
		if m[i].Nested != nil {
			found = append(found, leaves(m[i].Nested)...)
		} else {
			found = append(found, &m[i].Value)
		}
	}
	return found
}
