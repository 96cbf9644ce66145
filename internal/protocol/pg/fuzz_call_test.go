package pg

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/protocol/codes"
)

// FuzzCarrier feeds the choice of the decoder as well: whatever a client says it sends.
func FuzzCarrier(f *testing.F) {
	f.Add("application/json; charset=utf-16", "a=1", `{"a":"2"}`)
	f.Add(`multipart/form-data; boundary="a b"`, "", "--a b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--a b--")
	f.Add("", "pg_xml=<r><a>1</a></r>", "pg_encoding=windows-1251&a=%C7")
	f.Add("text/plain; a; b", "%", "&")
	f.Fuzz(func(t *testing.T, contentType, query, body string) {
		m, err := Decode(request(contentType, query, body))
		checkDecoded(t, m, err)
	})
}

// FuzzSign: what is sealed verifies under its script and secret and no others, and not when a value was changed.
func FuzzSign(f *testing.F) {
	f.Add("init_payment.php", "pg_amount=25&pg_order_id=1", secret, "s4lt")
	f.Add("", "a[0]=1&a[1]=2&b[c]=;", "x", "0")
	f.Add("/p?q#f", "a=&b=&subscription_type=1", ";", "\x00")
	f.Fuzz(func(t *testing.T, path, fields, secret, salt string) {
		script := Script(path)
		if strings.ContainsAny(script, "/?#") || Script("https://host.test/"+script) != script {
			t.Fatalf("script %q", script)
		}
		m, err := Decode(request(urlencoded, "", fields))
		if err != nil {
			return
		}
		sealed := Seal(script, m, secret, salt)
		length := utf8.RuneCountInString(salt)
		if fits := Verify(script, sealed, secret); fits != (secret != "" && length >= 1 && length <= 255) {
			t.Fatalf("verifies: %v", fits)
		}
		if Verify(script, sealed, secret+"x") || Verify("x"+script, sealed, secret) || Verify(script, m.Without(sigField), secret) {
			t.Error("verifies under another secret or script, or unsigned")
		}
		changed := append(sealed[:len(sealed):len(sealed)], Field{Name: "one_more", Value: "x"})
		if Verify(script, changed, secret) {
			t.Error("verifies with one more field")
		}
	})
}

// FuzzBind: a refusal names a field of the struct and repeats no value; what is bound keeps its rules, and bound again from what it is
// marshalled to is the same.
func FuzzBind(f *testing.F) {
	for _, seed := range []string{
		"pg_merchant_id=7&pg_order_id=1&pg_amount=25", "pg_merchant_id=7&pg_order_id=1&pg_request_method=POST&pg_lifetime=300&pg_attempt=-9",
		"pg_merchant_id=7&pg_order_id=1&pg_receipt_positions[0][name]=a&pg_receipt_positions[0][count]=1&pg_receipt_positions[0][mark_list][0]=x",
		"pg_merchant_id=7&pg_order_id=1&pg_result_url=https://a.b/?c&pg_user_email=a@b.kz&pg_user_phone=77012345678&pg_frame=1&pg_auto_clearing=0",
		"pg_merchant_id=9223372036854775808&pg_order_id=;", "pg_order_id[a]=1&pg_merchant_id=+7", "pg_user_contact_email=@&pg_any_phone=x&pg_user_id=_-&pg_pin=%D1%8F",
	} {
		f.Add(seed)
	}
	fields := map[string]bool{}
	for _, field := range planOf(reflect.TypeFor[form]()).fields {
		fields[field.name] = true
	}
	f.Fuzz(func(t *testing.T, body string) {
		m, err := Decode(request(urlencoded, "", body))
		if err != nil {
			return
		}
		var bound form
		if err := Bind(m, &bound); err != nil {
			refusal := (*codes.Refusal)(nil)
			if !errors.As(err, &refusal) {
				t.Fatalf("error %v of no known kind", err)
			}
			if name, _, _ := strings.Cut(refusal.Field, "["); !fields[name] {
				t.Fatalf("the refusal names %q", refusal.Field)
			}
			return
		}
		if n := utf8.RuneCountInString(bound.Order); n < 1 || n > 5 || strings.Contains(bound.Order, ";") || bound.Attempt > 9 ||
			bound.Lifetime != 0 && (bound.Lifetime < 300 || bound.Lifetime > 604800) || len(bound.URL) > 255 || len(bound.User) > 50 {
			t.Fatalf("%+v breaks its rules", bound)
		}
		if bound.Merchant == 0 {
			return // a zero is not written, but required
		}
		var again form
		if err := Bind(Marshal(bound), &again); err != nil {
			t.Fatalf("%+v is refused when it is bound again: %v", bound, err)
		}
		if diff := cmp.Diff(Marshal(bound), Marshal(again)); diff != "" {
			t.Error(diff)
		}
	})
}
