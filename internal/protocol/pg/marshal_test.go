package pg

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type answer struct {
	Status string `pg:"pg_status"`
	identity
	Balance  tenge      `pg:"pg_balance"`
	Refunded *tenge     `pg:"pg_refund_amount"`
	Captured *bool      `pg:"pg_captured"`
	Frame    bool       `pg:"pg_frame"`
	Count    *int       `pg:"pg_count"`
	Cards    []position `pg:"card"`
	Inner    template   `pg:"pg_template_params"`
	Marks    []string   `pg:"mark_list"`
}

func TestMarshalWritesTheStructInItsOrderAndNothingEmpty(t *testing.T) {
	no, none, zero := false, tenge(0), 0
	for want, src := range map[string]any{
		"": answer{},
		"pg_status=ok&pg_merchant_id=7&pg_balance=-3&pg_refund_amount=0&pg_captured=0&pg_frame=1&pg_count=0": &answer{
			Status: "ok", identity: identity{7}, Balance: -3, Refunded: &none, Captured: &no, Frame: true, Count: &zero},
		"card%5B0%5D%5Bname%5D=a&card%5B1%5D%5Bname%5D=b&card%5B1%5D%5Bcount%5D=2&pg_template_params%5Blogo%5D=x&mark_list=m": answer{
			Cards: []position{{Name: "a"}, {}, {Name: "b", Count: 2}}, Inner: template{"x"}, Marks: []string{"", "m"}},
	} {
		if got := EncodeForm(Marshal(src)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestAListIsWrittenAsRepeatedElements(t *testing.T) {
	got := string(EncodeXML("response", Marshal(answer{Cards: []position{{Name: "a"}, {Name: "b"}}})))
	const want = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response><card><name>a</name></card><card><name>b</name></card></response>"
	if got != want {
		t.Errorf("got %s", got)
	}
}

type pointed struct{ text string }

func (p *pointed) MarshalText() ([]byte, error) {
	if p.text == "bad" {
		return nil, errors.New("no text")
	}
	return []byte(p.text), nil
}

func TestATypeMayWriteItselfThroughItsPointer(t *testing.T) {
	type of struct {
		P pointed `pg:"p"`
	}
	if got := Marshal(of{pointed{"x"}}).Get("p"); got != "x" {
		t.Errorf("got %q", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a value without text is written")
		}
	}()
	Marshal(of{pointed{"bad"}})
}

func TestWhatIsMarshalledBindsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := answer{
			Status:   rapid.SampledFrom([]string{"ok", "error"}).Draw(t, "status"),
			identity: identity{rapid.Int64Range(1, 1e9).Draw(t, "merchant")},
			Balance:  tenge(rapid.Int64Range(1, 1e9).Draw(t, "balance")),
			Captured: rapid.Ptr(rapid.Bool(), true).Draw(t, "captured"),
			Count:    rapid.Ptr(rapid.Int(), true).Draw(t, "count"),
			Marks:    rapid.SliceOfN(rapid.StringMatching(`[a-z;&<]{1,9}`), 1, 12).Draw(t, "marks"),
			Cards:    []position{{Name: "a", Count: rapid.IntRange(1, 9).Draw(t, "cards")}, {Name: "b"}},
		}
		for _, read := range []func(Message) (Message, error){
			func(m Message) (Message, error) { return ParseXML(EncodeXML("response", m)) },
			func(m Message) (Message, error) { return Decode(request(urlencoded, EncodeForm(m), "")) },
		} {
			m, err := read(Marshal(src))
			if err != nil {
				t.Fatal(err)
			}
			var dst answer
			if err := Bind(m, &dst); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(src, dst, cmp.AllowUnexported(answer{})); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// A signed call: decode, verify, bind, marshal, sign, encode.
func BenchmarkSignedCall(b *testing.B) {
	m := Message{}
	for _, field := range []string{"pg_merchant_id=7", "pg_order_id=A-1", "pg_amount=1500", "pg_request_method=POST", "pg_lifetime=86400",
		"pg_user_id=drv-88", "pg_result_url=https://shop.example/fp/result", "pg_user_phone=77010000002", "pg_auto_clearing=1", "pg_description=Pen"} {
		part, _ := Decode(request(urlencoded, field, ""))
		m = append(m, part...)
	}
	body := EncodeForm(Seal("init_payment", m, secret, NewSalt()))
	b.ReportAllocs()
	for b.Loop() {
		m, err := Decode(request(urlencoded, "", body))
		var dst form
		if err != nil || !Verify("init_payment", m, secret) || Bind(m, &dst) != nil {
			b.Fatal("the call is refused")
		}
		EncodeXML("response", Seal("init_payment", Marshal(answer{Status: "ok", identity: dst.identity}), secret, NewSalt()))
	}
}
