package callback

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tolem/internal/merchant"
	"tolem/internal/outbound"
	"tolem/internal/protocol/pg"
)

// Request is a signed message on its way to a merchant: its Fields are in the Body,
// or in the URL of a GET, whose Body is empty. Script is what its signature and that
// of the answer begin with.
type Request struct {
	URL, Body, Script string
	Fields            pg.Message
}

// Compose signs a notice that is not kept, such as a question that is asked once.
func Compose(n Notice, secret merchant.Secret, salt string) Request {
	return compose(n.row(time.Time{}), n.Message, secret, salt)
}

// Send makes the call.
func (r Request) Send(ctx context.Context, c Caller) (outbound.Answer, error) {
	if r.Body == "" {
		return c.Get(ctx, r.URL)
	}
	return c.Post(ctx, r.URL, "application/x-www-form-urlencoded; charset=utf-8", []byte(r.Body))
}

// compose signs a message. The query fields of the merchant's URL are repeated among
// the fields and signed with them (R38); a field of the message wins over one of the
// same name.
func compose(row Row, message pg.Message, secret merchant.Secret, salt string) Request {
	r := Request{URL: row.URL}
	u, err := url.Parse(row.URL)
	if err == nil {
		r.Script = pg.Script(u.EscapedPath())
		message = append(queryFields(u.RawQuery, message), message...)
	}
	sealed := pg.Seal(r.Script, message, secret.Reveal(), salt)
	r.Fields = sealed
	if row.Form == XML {
		sealed = pg.Message{{Name: "pg_xml", Value: string(pg.EncodeXML("response", sealed))}}
	}
	if row.Method == http.MethodGet && err == nil {
		u.RawQuery = pg.EncodeForm(sealed)
		r.URL = u.String()
		return r
	}
	r.Body = pg.EncodeForm(sealed)
	return r
}

func queryFields(query string, message pg.Message) pg.Message {
	var fields pg.Message
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			continue
		}
		value, err = url.QueryUnescape(value)
		if err == nil && name != "" && name != "pg_sig" && name != "pg_salt" && !message.Has(name) {
			fields = fields.With(name, value)
		}
	}
	return fields
}
