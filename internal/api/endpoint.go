package api

import (
	"context"

	"tolem/internal/merchant"
	"tolem/internal/pages"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// Family is a group of endpoints that answer a bad signature alike (R10).
type Family struct {
	Name string
	// Unauthorized is the HTTP status of a bad signature.
	Unauthorized int
	// SignsRefusal says that the answer to a bad signature is signed.
	SignsRefusal bool
}

// The families of the Merchant API.
var (
	Scripts = Family{Name: "scripts", Unauthorized: 200}                 // *.php and their twins
	Flat    = Family{Name: "api", Unauthorized: 200, SignsRefusal: true} // /api/*
	Nested  = Family{Name: "v1", Unauthorized: 401}                      // /v1/merchant/*
)

// Endpoint is one call of the contract. Declare makes it.
type Endpoint struct {
	Name    string   // its row in the contract's table of contents
	Paths   []string // every spelling; {merchant_id} stands for the merchant's number
	Family  Family
	Secrets []merchant.Purpose // those that open it, in the order they are tried (R2)
	// Reopened is a further secret that a merchant's setting admits.
	Reopened func(*merchant.Settings) []merchant.Purpose

	browser bool // payers come themselves: answers are redirects and pages
	serve   func(context.Context, *Call) (outcome, error)
}

// outcome is what an endpoint that succeeded answers: fields, or, to a browser, a
// page or the address where it goes on.
type outcome struct {
	fields   pg.Message
	page     pages.Page
	location string
}

// Status is what every answer begins with: the outcome of the call, and why it
// failed. pg_status says nothing of money unless the contract says so.
type Status struct {
	Status      string     `pg:"pg_status"`
	ErrorCode   codes.Code `pg:"pg_error_code"`
	Description string     `pg:"pg_error_description"`
}

// OK is the status of a call that succeeded.
var OK = Status{Status: "ok"}

// Declare completes an endpoint with its request and answer types, whose pg
// tags are the fields and their rules, and with what it does. An error that is
// a *codes.Refusal is the merchant's to mend; any other is ours, and the merchant
// is told that the outcome is unknown.
func Declare[Request, Answer any](e Endpoint, do func(context.Context, *Call, *Request) (Answer, error)) Endpoint {
	pg.MustBindable[Request]()
	pg.MustMarshalable[Answer]()
	e.serve = func(ctx context.Context, c *Call) (outcome, error) {
		var request Request
		if err := pg.Bind(c.Message, &request); err != nil {
			return outcome{}, err
		}
		answer, err := do(ctx, c, &request)
		if err != nil {
			return outcome{}, err
		}
		return outcome{fields: pg.Marshal(answer)}, nil
	}
	return e
}

// Show completes an endpoint that answers with a page, or, when do has none, with
// fields; a refusal is answered as everywhere.
func Show[Request, Answer any](e Endpoint, do func(context.Context, *Call, *Request) (pages.Page, Answer, error)) Endpoint {
	pg.MustBindable[Request]()
	pg.MustMarshalable[Answer]()
	e.serve = func(ctx context.Context, c *Call) (outcome, error) {
		var request Request
		if err := pg.Bind(c.Message, &request); err != nil {
			return outcome{}, err
		}
		page, answer, err := do(ctx, c, &request)
		if page != nil || err != nil {
			return outcome{page: page}, err
		}
		return outcome{fields: pg.Marshal(answer)}, nil
	}
	return e
}

// Entry completes an endpoint to which a merchant sends its payers' browsers. do tells
// where they go on; an error becomes a page.
func Entry[Request any](e Endpoint, do func(context.Context, *Call, *Request) (location string, err error)) Endpoint {
	pg.MustBindable[Request]()
	e.browser = true
	e.serve = func(ctx context.Context, c *Call) (out outcome, err error) {
		var request Request
		if err = pg.Bind(c.Message, &request); err == nil {
			out.location, err = do(ctx, c, &request)
		}
		return out, err
	}
	return e
}

// secrets are the purposes whose secrets open the endpoint for a merchant.
func (e *Endpoint) secrets(m *merchant.Merchant) []merchant.Purpose {
	if e.Reopened == nil {
		return e.Secrets
	}
	return append(e.Secrets[:len(e.Secrets):len(e.Secrets)], e.Reopened(&m.Settings)...)
}
