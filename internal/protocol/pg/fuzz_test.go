package pg

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tolem/internal/protocol/codes"
)

// Each target feeds one decoder and checks what is decoded: it keeps the limits, and written and read again its values are the same.
// Fields of one name may come closer together, because a form gives them one list.

func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"pg_amount=25&pg_salt=s&pg_sig=0b4b498c33a8916159efcb2c68711bc2&", "a[b][0]=1&a[]=2&a[][c]=3&a=4&a=5", "a=%C7&pg_encoding=windows-1251",
		"a%5B0%5D=%D2%E0&=1", "a[b=1&a]=2&a[b]c=%", "&&a&=&a==&+=+", "a[]=1&b[]=2&a=3", "pg_xml=<r><a>1</a></r>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		m, err := Decode(request(urlencoded, "", body))
		checkDecoded(t, m, err)
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("pg_merchant_id=7&pg_salt=s&", "pg_merchant_id=8&a[0]=1")
	f.Add("a[0]=1&b=2", "a[1]=3&pg_xml=")
	f.Add("0", "a[0]=1&a[4]=2&a[0]=3")
	f.Fuzz(func(t *testing.T, query, body string) {
		m, err := Decode(request(urlencoded, query, body))
		checkDecoded(t, m, err)
	})
}

func FuzzMultipart(f *testing.F) {
	f.Add("--b\r\nContent-Disposition: form-data; name=\"a[0]\"\r\n\r\n1\r\n--b--\r\n")
	f.Add("--b\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\n1\r\n--b\r\n\r\n\r\n--b--")
	f.Add("--b\nContent-Disposition: form-data; name=a\nContent-Transfer-Encoding: quoted-printable\n\n=41\n--b--")
	f.Fuzz(func(t *testing.T, body string) {
		m, err := Decode(request("multipart/form-data; boundary=b", "", body))
		checkDecoded(t, m, err)
	})
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{"pg_amount":25.00,"a":[{"b":true},null,false,"x"],"c":{"d":{}},"e[0]":"1","e[1]":1e5}`, `{"a":1,"a":{"":2},"a":[[[["b"]]]]}`,
		`{"a":"\ud800","b":"\u0000"}`, `[{"a":1}]`, `{"a":1}{"b":2}`, "\ufeff{}", `{"pg_xml":"<r><a/></r>"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		m, err := Decode(request(jsonType, "", body))
		checkDecoded(t, m, err)
	})
}

func FuzzXML(f *testing.F) {
	for _, seed := range []string{
		`<?xml version="1.0" encoding="utf-8"?><response><pg_status>ok</pg_status><a><b>1</b><b>2</b></a></response>`,
		"<r>\r\n<a>&#13;&amp;&lt;]]></a><a><![CDATA[<x>]]></a></r>", `<!DOCTYPE r [<!ENTITY x "y">]><r>&x;</r>`,
		"<r><a>text<b/></a></r>", "<r xmlns='u'><u:a x='1'/></r><!-- -->", "<r><a><a><a><a><a>5</a></a></a></a></a></r>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, document string) {
		m, err := ParseXML([]byte(document))
		checkDecoded(t, m, err)
		if err != nil {
			return
		}
		again, err := ParseXML(EncodeXML("r", m))
		if err != nil || !same(m, again) {
			t.Errorf("%#q is read back as %#q, error %v", natural(m), natural(again), err)
		}
	})
}

func checkDecoded(t *testing.T, m Message, err error) {
	t.Helper()
	if err != nil {
		if refusal := (*codes.Refusal)(nil); !errors.As(err, &refusal) && !errors.Is(err, ErrTooLarge) {
			t.Fatalf("error %v of no known kind", err)
		}
		return
	}
	if values := natural(m); len(values) > maxFields {
		t.Fatalf("%d values", len(values))
	}
	depth := checkLevel(t, m)
	if depth > maxDepth {
		t.Fatalf("%d levels", depth)
	}
	Verify("x", m, secret)
	m = m.Without("pg_xml").Without("pg_sig") // a pg_sig takes no part, but the fields of one that is doubled would
	again, err := Decode(request(urlencoded, "", EncodeForm(m)))
	if err != nil {
		if written(m) <= maxDepth {
			t.Errorf("%s is refused: %v", EncodeForm(m), err)
		}
		return
	}
	if !slices.Equal(texts(m), texts(again)) {
		t.Errorf("%s is read back as %s", EncodeForm(m), EncodeForm(again))
	}
	if fixed, err := Decode(request(urlencoded, "", EncodeForm(again))); err != nil || !same(again, fixed) {
		t.Errorf("%s is read back as %s, error %v", EncodeForm(again), EncodeForm(fixed), err)
	}
}

// checkLevel looks at every field, and returns how many levels there are.
func checkLevel(t *testing.T, m Message) (depth int) {
	for i := range m {
		field := &m[i]
		if field.Nested != nil && (field.Value != "" || len(field.Nested) == 0) {
			t.Fatalf("%s holds both text and fields, or an empty level", field.Name)
		}
		if !utf8.ValidString(field.Value) || strings.ContainsRune(field.Value, 0) || len(field.Name) > maxName {
			t.Fatalf("%q=%q went through", field.Name, field.Value)
		}
		depth = max(depth, checkLevel(t, field.Nested)+1)
	}
	return depth
}

// written is how many levels there are in a form, where each repeated name needs brackets more.
func written(m Message) (depth int) {
	for i := range m {
		levels := 1 + written(m[i].Nested)
		if _, repeated := m.place(i); repeated {
			levels++
		}
		depth = max(depth, levels)
	}
	return depth
}

// texts are the values of a message in natural order, after decoding.
func texts(m Message) []string { return natural(decoded(m)) }

// decoded is a message without the bytes it was sent as, fields of one name together.
func decoded(m Message) Message {
	var out Message
	for _, field := range m {
		field.Sent = ""
		if field.Nested != nil {
			field.Nested = decoded(field.Nested)
		}
		at := len(out)
		for i, before := range slices.Backward(out) {
			if before.Name == field.Name && field.Name != "" {
				at = i + 1
				break
			}
		}
		out = slices.Insert(out, at, field)
	}
	return out
}

func same(a, b Message) bool {
	return slices.EqualFunc(a, b, func(x, y Field) bool {
		return x.Name == y.Name && x.Value == y.Value && same(x.Nested, y.Nested)
	})
}
