package pg

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/protocol/codes"
)

// tenge reads and writes itself, as the amounts of the API packages do.
type tenge int64

func (a *tenge) UnmarshalText(text []byte) error {
	switch string(text) {
	case "0.001":
		return codes.TooManyDecimals
	case "-1":
		return fmt.Errorf("amount %s: %w", text, codes.AtLeast("0.01"))
	case "0":
		return codes.Refuse(codes.BelowMinimum)
	}
	_, err := fmt.Sscanf(string(text), "%d", (*int64)(a))
	return err
}

func (a tenge) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%d", int64(a)), nil }

type identity struct {
	Merchant int64 `pg:"pg_merchant_id,required"`
}

type position struct {
	Name  string   `pg:"name,required,max=5"`
	Count int      `pg:"count,min=1"`
	Marks []string `pg:"mark_list,max=3"`
}

type form struct {
	identity
	Order     string     `pg:"pg_order_id,required,max=5,nosemi"`
	Amount    tenge      `pg:"pg_amount,nosemi"`
	Minimum   *tenge     `pg:"pg_minimum"`
	Lifetime  int        `pg:"pg_lifetime,min=300,max=604800"`
	Attempt   int64      `pg:"pg_attempt,max=9"`
	Word      string     `pg:"pg_request_method,oneof=GET|POST|XML"`
	PIN       string     `pg:"pg_pin,min=3"`
	User      string     `pg:"pg_user_id,pattern=user_id"`
	URL       string     `pg:"pg_result_url,url"`
	Email     string     `pg:"pg_user_email,email"`
	Phone     string     `pg:"pg_user_phone,phone"`
	AnyEmail  string     `pg:"pg_user_contact_email,email_lenient"`
	AnyPhone  *string    `pg:"pg_any_phone,phone_lenient"`
	Frame     bool       `pg:"pg_frame,flag"`
	Clearing  *bool      `pg:"pg_auto_clearing"`
	Positions []position `pg:"pg_receipt_positions"`
	Template  *template  `pg:"pg_template_params"`
	Text      string     `pg:"pg_description"`
}

type template struct {
	Logo string `pg:"logo"`
}

// bound reads an urlencoded body into a form that has all that is required.
func bound(t *testing.T, body string) (form, error) {
	t.Helper()
	m, err := Decode(request(urlencoded, "pg_merchant_id=7&pg_order_id=A-1", body))
	if err != nil {
		t.Fatal(err)
	}
	var dst form
	err = Bind(m, &dst)
	return dst, err
}

func TestEveryKindOfFieldIsBound(t *testing.T) {
	yes, no, phone, least := true, false, "77010000002", tenge(3)
	for body, want := range map[string]form{
		"":                                     {},
		"unknown=1&pg_lifetime=":               {},
		"pg_order_id=қазақ":                    {Order: "қазақ"},
		"pg_amount=25":                         {Amount: 25},
		"pg_minimum=3":                         {Minimum: &least},
		"pg_lifetime=300":                      {Lifetime: 300},
		"pg_lifetime=604800":                   {Lifetime: 604800},
		"pg_attempt=-9":                        {Attempt: -9},
		"pg_request_method=XML":                {Word: "XML"},
		"pg_pin=123":                           {PIN: "123"},
		"pg_user_id=drv-88_A":                  {User: "drv-88_A"},
		"pg_result_url=https://a.kz/r?x=1":     {URL: "https://a.kz/r?x=1"},
		"pg_user_email=a.b%2bc@shop.example":   {Email: "a.b+c@shop.example"},
		"pg_user_phone=77010000002":            {Phone: phone},
		"pg_user_contact_email=a@shop.example": {AnyEmail: "a@shop.example"},
		"pg_user_contact_email=0":              {},
		"pg_any_phone=77010000002":             {AnyPhone: &phone},
		"pg_any_phone=0":                       {},
		"pg_frame=1":                           {Frame: true},
		"pg_frame=0":                           {},
		"pg_auto_clearing=1":                   {Clearing: &yes},
		"pg_auto_clearing=0":                   {Clearing: &no},
		"pg_description=a;b%0ac":               {Text: "a;b\nc"},
		"pg_template_params[logo]=x&pg_template_params[other]=y": {Template: &template{Logo: "x"}},
		"pg_receipt_positions[9][name]=Pen&pg_receipt_positions[9][count]=2&pg_receipt_positions[1][name]=Pad" +
			"&pg_receipt_positions[1][mark_list][]=m1&pg_receipt_positions[1][mark_list][]=&pg_receipt_positions[1][mark_list][]=m0": {
			Positions: []position{{Name: "Pen", Count: 2}, {Name: "Pad", Marks: []string{"m1", "m0"}}}},
		"pg_xml=<r><pg_merchant_id>7</pg_merchant_id><pg_order_id>A-1</pg_order_id><pg_receipt_positions><name>Pen</name></pg_receipt_positions>" +
			"<pg_receipt_positions><name>Pad</name><mark_list>m1</mark_list><mark_list>m0</mark_list></pg_receipt_positions></r>": {
			Positions: []position{{Name: "Pen"}, {Name: "Pad", Marks: []string{"m1", "m0"}}}},
	} {
		got, err := bound(t, body)
		want.Merchant = 7
		if want.Order == "" {
			want.Order = "A-1"
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(form{})); err != nil || diff != "" {
			t.Errorf("%s: error %v\n%s", body, err, diff)
		}
	}
}

func TestEveryRuleNamesTheFieldThatBreaksIt(t *testing.T) {
	for body, want := range map[string]*codes.Refusal{
		"pg_merchant_id=":                             codes.Invalid("pg_merchant_id", codes.Required),
		"pg_merchant_id=7x":                           codes.Invalid("pg_merchant_id", codes.NotInteger),
		"pg_merchant_id=%2b7":                         codes.Invalid("pg_merchant_id", codes.NotInteger),
		"pg_merchant_id=7.0":                          codes.Invalid("pg_merchant_id", codes.NotInteger),
		"pg_merchant_id=99999999999999999999":         codes.Invalid("pg_merchant_id", codes.NotInteger),
		"pg_merchant_id=7&pg_merchant_id=8":           codes.Invalid("pg_merchant_id", codes.Duplicate),
		"pg_merchant_id[0]=7":                         codes.Invalid("pg_merchant_id", codes.NotText),
		"pg_order_id=%20":                             nil,
		"pg_order_id=":                                codes.Invalid("pg_order_id", codes.Required),
		"pg_order_id=қазақ1":                          codes.Invalid("pg_order_id", codes.TooLong(5)),
		"pg_order_id=a;b":                             codes.Invalid("pg_order_id", codes.Semicolon),
		"pg_order_id=a%0ab":                           codes.Invalid("pg_order_id", codes.ControlCharacter),
		"pg_amount=1;2":                               codes.Invalid("pg_amount", codes.Semicolon),
		"pg_amount=0.001":                             codes.Invalid("pg_amount", codes.TooManyDecimals),
		"pg_amount=-1":                                codes.Invalid("pg_amount", codes.AtLeast("0.01")),
		"pg_amount=0":                                 {Code: codes.BelowMinimum, Field: "pg_amount"},
		"pg_amount=x":                                 codes.Invalid("pg_amount", codes.Malformed),
		"pg_lifetime=299":                             codes.Invalid("pg_lifetime", codes.Between("300", "604800")),
		"pg_lifetime=604801":                          codes.Invalid("pg_lifetime", codes.Between("300", "604800")),
		"pg_attempt=10":                               codes.Invalid("pg_attempt", codes.AtMost("9")),
		"pg_request_method=get":                       codes.Invalid("pg_request_method", codes.UnknownValue),
		"pg_pin=12":                                   codes.Invalid("pg_pin", codes.TooShort(3)),
		"pg_user_id=a b":                              codes.Invalid("pg_user_id", codes.BadPattern),
		"pg_result_url=ftp://a.kz":                    codes.Invalid("pg_result_url", codes.BadURL),
		"pg_user_email=a@@b":                          codes.Invalid("pg_user_email", codes.BadEmail),
		"pg_user_phone=0":                             codes.Invalid("pg_user_phone", codes.BadPhone),
		"pg_frame=true":                               codes.Invalid("pg_frame", codes.BadFlag),
		"pg_auto_clearing=01":                         codes.Invalid("pg_auto_clearing", codes.BadFlag),
		"pg_template_params=x":                        codes.Invalid("pg_template_params", codes.NotNested),
		"pg_template_params[logo][x]=y":               codes.Invalid("pg_template_params[logo]", codes.NotText),
		"pg_receipt_positions=x":                      codes.Invalid("pg_receipt_positions", codes.NotNested),
		"pg_receipt_positions[0][count]=1":            codes.Invalid("pg_receipt_positions[0][name]", codes.Required),
		"pg_receipt_positions[77][name]=longer":       codes.Invalid("pg_receipt_positions[77][name]", codes.TooLong(5)),
		"pg_receipt_positions[][name]=longer":         codes.Invalid("pg_receipt_positions[][name]", codes.TooLong(5)),
		"pg_description=" + strings.Repeat("ё", 1024): nil,
		"pg_description=" + strings.Repeat("ё", 1025): codes.Invalid("pg_description", codes.TooLong(1024)),
		"pg_receipt_positions[0][name]=Pen&pg_receipt_positions[0][count]=0": codes.Invalid(
			"pg_receipt_positions[0][count]", codes.AtLeast("1")),
		"pg_receipt_positions[0][name]=Pen&pg_receipt_positions[0][mark_list][1]=long": codes.Invalid(
			"pg_receipt_positions[0][mark_list][1]", codes.TooLong(3)),
	} {
		_, err := bound(t, body)
		if want == nil {
			if err != nil {
				t.Errorf("%s: %v", body, err)
			}
			continue
		}
		var got *codes.Refusal
		if !errors.As(err, &got) || *got != *want {
			t.Errorf("%s: got %v, want %v", body, err, want)
		}
	}
}

func TestAnAbsentFieldLeavesTheDefault(t *testing.T) {
	dst := form{Lifetime: 86400, Word: "POST"}
	if err := Bind(Message{{Name: "pg_merchant_id", Value: "7"}, {Name: "pg_order_id", Value: "A"}, {Name: "pg_lifetime", Value: "300"}}, &dst); err != nil {
		t.Fatal(err)
	}
	if dst.Lifetime != 300 || dst.Word != "POST" {
		t.Errorf("lifetime %d, word %s", dst.Lifetime, dst.Word)
	}
}

func TestARefusalNeverRepeatsAValue(t *testing.T) {
	const pan = "4716047261941981"
	for _, body := range []string{"pg_amount=x" + pan, "pg_user_id=%20" + pan, "pg_lifetime=" + pan, "pg_request_method=" + pan, "pg_frame=" + pan} {
		if _, err := bound(t, body); err == nil || strings.Contains(err.Error(), pan) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestExtrasAreWhatTheStructDoesNotHave(t *testing.T) {
	m := Message{{Name: "pg_amount", Value: "1"}, {Name: "cart", Value: "77"}, {Name: UnsignedField, Value: "x"}, {Name: "pg_unknown", Value: "2"}}
	for _, dst := range []any{form{}, &form{}} {
		if got := EncodeForm(Extras(Seal("x", m, secret, "s"), dst)); got != "cart=77&pg_unknown=2" {
			t.Errorf("got %s", got)
		}
	}
}
