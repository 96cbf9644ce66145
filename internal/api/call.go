package api

import (
	"time"

	"tolem/internal/clock"
	"tolem/internal/idempotency"
	"tolem/internal/merchant"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// Call is a verified message of a merchant on its way through an endpoint.
type Call struct {
	Merchant *merchant.Merchant
	Purpose  merchant.Purpose // of the secret that verified it
	Script   string           // as the caller spelled it (R3)
	Message  pg.Message
	Asked    string // language for people whom the call concerns, "" for none in particular
	Language string // of texts in the answer
	Zone     *time.Location
	Now      time.Time
	common
}

// common are the fields that every call takes.
type common struct {
	Testing bool   `pg:"pg_testing_mode,flag"`
	Key     string `pg:"pg_idempotency_key,max=255"`
}

// Test tells whether what the call asks for is a test (01, 1.8): the shop is
// one, or the call says so.
func (c *Call) Test() bool { return c.Merchant.Status == merchant.Test || c.Testing }

// everywhere are the fields that a message may have besides an endpoint's own.
type everywhere struct {
	sender
	common
	Language string `pg:"pg_language"`
	Encoding string `pg:"pg_encoding"`
}

// Extras are the fields that neither the request nor every call has: the
// merchant's own, and those under pg_ that the request does not know.
func (c *Call) Extras(request any) pg.Message {
	return pg.Extras(pg.Extras(c.Message, request), everywhere{})
}

// Identity is what recognises a repeat of the call.
func (c *Call) Identity() idempotency.Call {
	return idempotency.Of(c.Merchant.ID, c.Script, c.Message)
}

// Date is an instant as the merchant reads dates: local time without offset, or
// RFC 3339 when it wants answers as the reference prints them (R15, R58).
func (c *Call) Date(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case c.Merchant.Settings.ReferenceAnswers:
		return t.In(c.Zone).Format(time.RFC3339)
	}
	return clock.Local(t, c.Zone)
}

// Fail is the status of a call or of a payment that failed with a code.
func (c *Call) Fail(code codes.Code) Status {
	return Status{Status: "error", ErrorCode: code, Description: code.Text(c.Language)}
}

// seal signs a message to the merchant with the secret that is in use.
func (c *Call) seal(m pg.Message) pg.Message {
	return pg.Seal(c.Script, m, c.Merchant.Signing(c.Purpose).Reveal(), pg.NewSalt())
}

// root is the name of the answer's root element (R9, R58).
func (c *Call) root() string {
	if c.Merchant.Settings.ReferenceAnswers {
		return "root"
	}
	return "response"
}
