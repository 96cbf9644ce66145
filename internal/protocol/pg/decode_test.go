package pg

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/protocol/codes"
)

const (
	urlencoded = "application/x-www-form-urlencoded"
	jsonType   = "application/json"
)

func request(contentType, query, body string) *http.Request {
	r := httptest.NewRequest("POST", "/x", strings.NewReader(body))
	r.URL.RawQuery = query
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func multipartBody(pairs ...string) (contentType, body string) {
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	for i := 0; i < len(pairs); i += 2 {
		w.WriteField(pairs[i], pairs[i+1])
	}
	w.Close()
	return w.FormDataContentType(), buffer.String()
}

// One message with a receipt of two positions and marking codes, in every encoding of R8.
func TestTheSameMessageSignsAlikeInEveryEncoding(t *testing.T) {
	pairs := []string{
		"pg_merchant_id", "990011",
		"pg_amount", "1500.50",
		"pg_description", "Дәптер & қалам <2>",
		"wc-api", "",
		"pg_receipt_positions[0][count]", "2",
		"pg_receipt_positions[0][name]", "Pen",
		"pg_receipt_positions[0][GTIN]", "0460",
		"pg_receipt_positions[1][count]", "1",
		"pg_receipt_positions[1][name]", "Pad",
		"pg_receipt_positions[1][mark_list][]", "m-1",
		"pg_receipt_positions[1][mark_list][]", "m-0",
		"pg_salt", "Qx71mP0a",
		"pg_sig", "",
	}
	const toSign = "init_payment;1500.50;Дәптер & қалам <2>;990011;0460;2;Pen;1;m-1;m-0;Pad;Qx71mP0a;;" + secret
	pairs[len(pairs)-1] = Sign("init_payment", flat(strings.Split(strings.TrimSuffix(strings.TrimPrefix(toSign, "init_payment;"), ";"+secret), ";")), secret)

	var form []string
	for i := 0; i < len(pairs); i += 2 {
		form = append(form, url.QueryEscape(pairs[i])+"="+url.QueryEscape(pairs[i+1]))
	}
	query := strings.Join(form, "&")
	multipartType, multipartText := multipartBody(pairs...)
	document := `<?xml version="1.0" encoding="utf-8"?>
<request>
	<pg_merchant_id>990011</pg_merchant_id><pg_amount>1500.50</pg_amount>
	<pg_description>Дәптер &amp; <![CDATA[қалам <2>]]></pg_description><wc-api/>
	<pg_receipt_positions><count>2</count><name>Pen</name><GTIN>0460</GTIN></pg_receipt_positions>
	<pg_receipt_positions><count>1</count><name>Pad</name><mark_list>m-1</mark_list><mark_list>m-0</mark_list></pg_receipt_positions>
	<pg_salt>Qx71mP0a</pg_salt><pg_sig>` + pairs[len(pairs)-1] + `</pg_sig>
</request>`
	nested := `{"pg_merchant_id": 990011, "pg_amount": 1500.50, "pg_description": "Дәптер & \u049bалам <2>", "wc-api": false, "pg_user_id": null,
		"pg_receipt_positions": [{"count": 2, "name": "Pen", "GTIN": "0460"}, {"count": true, "name": "Pad", "mark_list": ["m-1", "m-0"]}],
		"pg_salt": "Qx71mP0a", "pg_sig": "` + pairs[len(pairs)-1] + `"}`
	var flatJSON []string
	for i := 0; i < len(pairs); i += 2 {
		flatJSON = append(flatJSON, `"`+pairs[i]+`":"`+pairs[i+1]+`"`)
	}

	get := request("", query+"&", "")
	get.Method = "GET"
	for name, r := range map[string]*http.Request{
		"query":                  get,
		"query of a POST":        request("", query+"&", ""),
		"urlencoded":             request(urlencoded, "", query),
		"no content type":        request("", "", query),
		"multipart":              request(multipartType, "", multipartText),
		"pg_xml":                 request(urlencoded, "", "pg_xml="+url.QueryEscape(document)),
		"pg_xml and other":       request(urlencoded, "a=1", "pg_amount=1&pg_xml="+url.QueryEscape(document)),
		"JSON":                   request(jsonType+"; charset=utf-8", "", nested),
		"flat JSON":              request(jsonType, "", "\ufeff{"+strings.Join(flatJSON, ",")+"}"),
		"the body again (R6)":    request(urlencoded, query, query),
		"query with other body":  request("text/plain", query, "anything"),
		"query and urlencoded":   request(urlencoded, strings.Join(form[:3], "&"), strings.Join(form[3:], "&")),
		"body over query values": request(urlencoded, "pg_amount=1&wc-api=7", query),
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Decode(r)
			if err != nil {
				t.Fatal(err)
			}
			if got := StringToSign("init_payment", m, secret); got != toSign {
				t.Errorf("string to sign\n got %s\nwant %s", got, toSign)
			}
			if !Verify("init_payment", m, secret) {
				t.Error("the signature does not fit")
			}
		})
	}
}

func TestTheTreeOfAForm(t *testing.T) {
	m, err := Decode(request(urlencoded, "q=1&a=0&q=2", "a[b][1]=x&c&a[b][0]=y&a[]=p&a[][z]=q&a[][z]=r&same=1&same=2&a=text"))
	if err != nil {
		t.Fatal(err)
	}
	want := Message{
		{Name: "q", Value: "1"},
		{Name: "q", Value: "2"},
		{Name: "a", Nested: Message{
			{Name: "b", Nested: Message{{Name: "1", Value: "x"}, {Name: "0", Value: "y"}}},
			{Name: "", Value: "p"},
			{Name: "", Nested: Message{{Name: "z", Value: "q"}}},
			{Name: "", Nested: Message{{Name: "z", Value: "r"}}},
		}},
		{Name: "c"},
		{Name: "same", Value: "1"},
		{Name: "same", Value: "2"},
		{Name: "a", Value: "text"},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
}

func TestJSONKeepsNumbersAsSentAndLeavesOutWhatHoldsNothing(t *testing.T) {
	m, err := Decode(request(jsonType, "", `{"a":25.00,"b":1e3,"c":null,"d":{},"e":[],"f":[null,{"g":-0}],"h":true,"i":false,"a":"twice"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Message{
		{Name: "a", Value: "25.00"},
		{Name: "b", Value: "1e3"},
		{Name: "f", Nested: Message{{Name: "1", Nested: Message{{Name: "g", Value: "-0"}}}}},
		{Name: "h", Value: "1"},
		{Name: "i"},
		{Name: "a", Value: "twice"},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
}

func TestUploadedFilesAreNoFields(t *testing.T) {
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	w.WriteField("a", "1")
	file, _ := w.CreateFormFile("b", "b.txt")
	io.WriteString(file, "x")
	w.Close()
	m, err := Decode(request(w.FormDataContentType(), "", buffer.String()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Message{{Name: "a", Value: "1"}}, m); diff != "" {
		t.Error(diff)
	}
}

func TestWindows1251IsReadAndVerifiedAsSent(t *testing.T) {
	const cyrillic = "\xc7\xe0\xea\xe0\xe7 7" // "Заказ 7"
	form := func(description string) string {
		m := Message{{Name: "pg_description", Value: description}, {Name: "pg_encoding", Value: "windows-1251"}, {Name: "pg_test", Value: "тест"}}
		return EncodeForm(Seal("x", m, secret, "s4lt"))
	}
	m, err := Decode(request(urlencoded, "", form(cyrillic)))
	if err != nil {
		t.Fatal(err)
	}
	if m.Get("pg_description") != "Заказ 7" || m.Get("pg_test") != "тест" {
		t.Errorf("read as %q and %q", m.Get("pg_description"), m.Get("pg_test"))
	}
	if !Verify("x", m, secret) {
		t.Error("the bytes as sent do not verify")
	}
	_, err = Decode(request(urlencoded, "", strings.Replace(form(cyrillic), "windows-1251", "utf-8", 1)))
	refused(t, "the same bytes as UTF-8", err, "pg_description", codes.Undecodable)
	_, err = Decode(request(urlencoded, "", form("\x98")))
	refused(t, "a byte that windows-1251 does not have", err, "pg_description", codes.Undecodable)
	_, err = Decode(request(urlencoded, "", form("\xc7\x01")))
	refused(t, "a control character", err, "pg_description", codes.ControlCharacter)
	_, err = Decode(request(urlencoded, "", "pg_encoding=koi8-r"))
	refused(t, "another charset", err, "pg_encoding", codes.UnknownValue)
}

func refused(t *testing.T, what string, err error, field string, reason codes.Reason) {
	t.Helper()
	var refusal *codes.Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("%s: not refused but %v", what, err)
		return
	}
	if diff := cmp.Diff(*codes.Invalid(field, reason), *refusal, cmp.Comparer(func(a, b codes.Reason) bool { return a == b })); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

func TestWhatNoMessageMayHaveIsRefused(t *testing.T) {
	xml := func(document string) *http.Request {
		return request(urlencoded, "", "pg_xml="+url.QueryEscape(document))
	}
	fields := func(n int) string { return strings.Repeat("a=&", n) }
	multipartType, multipartText := multipartBody("a", "1")
	for what, c := range map[string]struct {
		r      *http.Request
		field  string
		reason codes.Reason
	}{
		"bytes that are no UTF-8":         {request(urlencoded, "", "a[b]=1&a[c][0]=%ff"), "a[c][0]", codes.Undecodable},
		"a control character":             {request(urlencoded, "", "a=%00"), "a", codes.ControlCharacter},
		"a delete character":              {request(urlencoded, "", "a=%7f"), "a", codes.ControlCharacter},
		"a C1 control character":          {request(urlencoded, "", "a=%c2%85"), "a", codes.ControlCharacter},
		"no character":                    {request(urlencoded, "", "a=%ef%bf%bf"), "a", codes.Undecodable},
		"a control character in a query":  {request(urlencoded, "a=%1b", "b=1"), "a", codes.ControlCharacter},
		"a control character in JSON":     {request(jsonType, "", `{"a":{"b":"\u0000"}}`), "a[b]", codes.ControlCharacter},
		"a broken escape":                 {request(urlencoded, "", "a=100%"), "", codes.BadForm},
		"a broken escape in a name":       {request(urlencoded, "%zz=1", ""), "", codes.BadForm},
		"an empty name":                   {request(urlencoded, "", "=1"), "", codes.BadName},
		"an open bracket":                 {request(urlencoded, "", "a[b=1"), "", codes.BadName},
		"text after a bracket":            {request(urlencoded, "", "a[b]c=1"), "", codes.BadName},
		"a bracket in a bracket":          {request(urlencoded, "", "a[b[c]]=1"), "", codes.BadName},
		"a closing bracket":               {request(urlencoded, "", "a]=1"), "", codes.BadName},
		"a separator in a name":           {request(urlencoded, "", "amp%3Ba=1"), "", codes.BadName},
		"a wrong nested name":             {request(urlencoded, "", "a[b c]=1"), "a", codes.BadName},
		"a long name":                     {request(urlencoded, "", strings.Repeat("a", 65)+"=1"), "", codes.BadName},
		"six levels":                      {request(urlencoded, "", "a[b][c][d][e][f]=1"), "", codes.TooDeep(5)},
		"six levels of JSON":              {request(jsonType, "", `{"a":[[[[["x"]]]]]}`), "", codes.TooDeep(5)},
		"very many levels of JSON":        {request(jsonType, "", strings.Repeat(`{"a":`, 9000)), "", codes.TooDeep(5)},
		"six levels of XML":               {xml("<r><a><b><c><d><e><f/></e></d></c></b></a></r>"), "pg_xml", codes.TooDeep(5)},
		"1001 fields":                     {request(urlencoded, "", fields(1001)), "", codes.TooManyFields(1000)},
		"1001 fields in two carriers":     {request(urlencoded, fields(500), fields(501)), "", codes.TooManyFields(1000)},
		"1001 fields of JSON":             {request(jsonType, "", `{"a":["`+strings.Repeat(`","`, 1000)+`"]}`), "", codes.TooManyFields(1000)},
		"1001 fields of XML":              {xml("<r>" + strings.Repeat("<a/>", 1001) + "</r>"), "pg_xml", codes.TooManyFields(1000)},
		"half a multipart body":           {request(multipartType, "", multipartText[:len(multipartText)-8]), "", codes.BadForm},
		"multipart without a boundary":    {request("multipart/form-data", "", multipartText), "", codes.BadForm},
		"a part without a name":           {request("multipart/form-data; boundary=b", "", "--b\r\n\r\nx\r\n--b--\r\n"), "", codes.BadName},
		"a content type that is none":     {request("a b", "", "a=1"), "", codes.BadForm},
		"a JSON list":                     {request(jsonType, "", `["a"]`), "", codes.BadJSON},
		"half a JSON object":              {request(jsonType, "", `{"a":"1"`), "", codes.BadJSON},
		"a JSON object without a value":   {request(jsonType, "", `{"a":}`), "", codes.BadJSON},
		"half a JSON list":                {request(jsonType, "", `{"a":["1"}`), "", codes.BadJSON},
		"two JSON objects":                {request(jsonType, "", `{"a":"1"}{}`), "", codes.BadJSON},
		"a JSON number as a name":         {request(jsonType, "", `{1:"1"}`), "", codes.BadJSON},
		"JSON that is no UTF-8":           {request(jsonType, "", "{\"a\":\"\xff\"}"), "", codes.Undecodable},
		"a form name beside nested JSON":  {request(jsonType, "", `{"a[b]":{"c":"1"}}`), "", codes.BadName},
		"a document type":                 {xml(`<!DOCTYPE r [<!ENTITY x "y">]><r><a>&x;</a></r>`), "pg_xml", codes.Doctype},
		"an outer document type":          {xml(`<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>`), "pg_xml", codes.Doctype},
		"an unknown entity":               {xml(`<r><a>&x;</a></r>`), "pg_xml", codes.BadXML},
		"text beside elements":            {xml(`<r><a>x<b/></a></r>`), "pg_xml", codes.BadXML},
		"text without elements":           {xml(`<r>x</r>`), "pg_xml", codes.BadXML},
		"text outside the root":           {xml(`<r/>x`), "pg_xml", codes.BadXML},
		"two roots":                       {xml(`<r/><r/>`), "pg_xml", codes.BadXML},
		"no root":                         {xml(`<!-- -->`), "pg_xml", codes.BadXML},
		"an element without end":          {xml(`<r><a>`), "pg_xml", codes.BadXML},
		"another charset in XML":          {xml(`<?xml version="1.0" encoding="koi8-r"?><r/>`), "pg_xml", codes.BadXML},
		"a C1 control character in XML":   {xml("<r><a>\u0085</a></r>"), "a", codes.ControlCharacter},
		"a name of other letters in XML":  {xml("<r><é/></r>"), "pg_xml", codes.BadName},
		"a digit behind a prefix in XML":  {xml("<r><x:5/></r>"), "pg_xml", codes.BadName},
		"a control character in pg_xml":   {xml("<r><a>\x01</a></r>"), "pg_xml", codes.BadXML},
		"a pg_xml that is no UTF-8":       {request(urlencoded, "", "pg_xml=<r><a>%ff</a></r>"), "pg_xml", codes.BadXML},
		"a value of a wrong field of XML": {xml("<r><a><b>\uffff</b></a></r>"), "pg_xml", codes.BadXML},
	} {
		m, err := Decode(c.r)
		refused(t, what, err, c.field, c.reason)
		switch c.reason {
		case codes.BadForm, codes.BadXML, codes.BadJSON, codes.Doctype, codes.TooDeep(5), codes.TooManyFields(1000):
			if m != nil {
				t.Errorf("%s: a message comes with the refusal", what)
			}
		}
	}
}

func TestAMessageWithAWrongNameOrValueCanStillBeVerified(t *testing.T) {
	for what, wrong := range map[string]Field{
		"a control character":                   {Name: "a", Value: "\x00"},
		"bytes that are no UTF-8":               {Name: "a", Value: "\xff"},
		"a wrong name":                          {Name: "a b", Value: "1"},
		"an unknown charset":                    {Name: "pg_encoding", Value: "koi8-r"},
		"a charset that lacks one of z's bytes": {Name: "pg_encoding", Value: "windows-1251"},
	} {
		sent := Seal("x", Message{{Name: "pg_merchant_id", Value: "7"}, wrong, {Name: "z", Value: "\xc7\xff\x98"}}, secret, "s4lt")
		read, err := Decode(request(urlencoded, "", EncodeForm(sent)))
		if err == nil || !Verify("x", read, secret) {
			t.Errorf("%s: error %v, verified %t", what, err, Verify("x", read, secret))
		}
	}
}

func TestTheLimitsThemselvesAreAllowed(t *testing.T) {
	for what, r := range map[string]*http.Request{
		"five levels":         request(urlencoded, "", "a[b][c][d][e]=1"),
		"five levels of JSON": request(jsonType, "", `{"a":[[[["x"]]]]}`),
		"five levels of XML":  request(urlencoded, "", "pg_xml=<r><a><b><c><d><e/></d></c></b></a></r>"),
		"1000 fields":         request(urlencoded, strings.Repeat("a=&", 500), strings.Repeat("b=&", 500)),
		"white space":         request(urlencoded, "", "a=%09%0d%0a"),
		"1 MiB":               request(urlencoded, "", "a="+strings.Repeat("x", 1<<20-2)),
		"a replacement":       request(urlencoded, "", "a=%ef%bf%bd"),
		"an empty JSON body":  request(jsonType, "a=1", ""),
	} {
		m, err := Decode(r)
		if err != nil || len(m) == 0 {
			t.Errorf("%s: %d fields, error %v", what, len(m), err)
		}
	}
}

func TestABodyOverOneMebibyteIsTooLarge(t *testing.T) {
	body := "a=" + strings.Repeat("x", 1<<20-1)
	if _, err := Decode(request(urlencoded, "", body)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	r := request(urlencoded, "", body)
	r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, 100)
	if _, err := Decode(r); !errors.Is(err, ErrTooLarge) {
		t.Errorf("behind a smaller limit: %v", err)
	}
}

func TestAnErrorOfTheConnectionIsNoRefusal(t *testing.T) {
	r := request(urlencoded, "", "a=1")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("a=1"), cut{}))
	if _, err := Decode(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
