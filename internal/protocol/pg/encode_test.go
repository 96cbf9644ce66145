package pg

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestXMLEscapesAndRepeatsTheElementsOfLists(t *testing.T) {
	m := Message{
		{Name: "pg_redirect_url", Value: "https://pay.example/?a=1&b=<2>"},
		{Name: "card", Nested: Message{
			{Name: "0", Nested: Message{{Name: "pg_card_id", Value: "1"}}},
			{Name: "1", Nested: Message{{Name: "pg_card_id", Value: "2"}}},
		}},
		{Name: "codes", Nested: Message{{Name: "", Value: "a"}, {Name: "", Nested: Message{{Name: "0", Value: "b\r"}}}}},
		{Name: "9 lives", Value: "\x01\ufffe"},
	}
	const want = `<?xml version="1.0" encoding="utf-8"?>` + "\n" +
		`<response><pg_redirect_url>https://pay.example/?a=1&amp;b=&lt;2&gt;</pg_redirect_url>` +
		`<card><pg_card_id>1</pg_card_id></card><card><pg_card_id>2</pg_card_id></card>` +
		"<codes>a</codes><codes>b&#13;</codes><_9_lives>\ufffd\ufffd</_9_lives></response>"
	if diff := cmp.Diff(want, string(EncodeXML("response", m))); diff != "" {
		t.Error(diff)
	}
}

func TestAFormNamesRepeatedFieldsByTheirPlace(t *testing.T) {
	m := Message{
		{Name: "a", Value: "1 &"},
		{Name: "b", Nested: Message{{Name: "", Value: "2"}, {Name: "", Value: "3"}}},
		{Name: "a", Nested: Message{{Name: "c", Value: "4"}}},
	}
	const want = "a%5B0%5D=1+%26&b%5B%5D=2&b%5B%5D=3&a%5B1%5D%5Bc%5D=4"
	if got := EncodeForm(m); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestXMLReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := messages(false).Draw(t, "message")
		read, err := ParseXML(EncodeXML("request", m))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, read); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAFormReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := messages(true).Draw(t, "message")
		read, err := Decode(request(urlencoded, "", EncodeForm(m)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, read); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestWhateverCarriesTheMessageTheSignatureFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Seal("x", messages(rapid.Bool().Draw(t, "brackets")).Draw(t, "message"), secret, NewSalt())
		byForm, err := Decode(request(urlencoded, "", EncodeForm(m)))
		if err != nil || !Verify("x", byForm, secret) {
			t.Errorf("form: error %v, or a signature that does not fit", err)
		}
		byXML, err := ParseXML(EncodeXML("response", m))
		if err != nil || !Verify("x", byXML, secret) {
			t.Errorf("XML: error %v, or a signature that does not fit", err)
		}
	})
}

func TestParseXMLTakesAnyRootAndSkipsWhatIsNoField(t *testing.T) {
	m, err := ParseXML([]byte("\ufeff<?xml version='1.0'?><?hint x?><!-- c --><root id='1'>\n <a id='2'> 1<!-- c -->2 </a>\n <b:c xmlns:b='u'/>\n</root>\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Message{{Name: "a", Value: " 12 "}, {Name: "c"}}, m); diff != "" {
		t.Error(diff)
	}
	if _, err := ParseXML([]byte(strings.Repeat("<a>", 100_000))); err == nil {
		t.Error("a very deep document is read")
	}
}
