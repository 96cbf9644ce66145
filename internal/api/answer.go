package api

import (
	"errors"
	"maps"
	"net/http"

	"tolem/internal/pages"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// answer is what goes back to the caller.
type answer struct {
	http     int
	root     string
	message  pg.Message
	merchant int64 // whose call it is, 0 when nobody knows
	code     codes.Code
	field    string     // that is to blame for the code, if one is
	page     pages.Page // instead of the message, if there is one
	location string     // where a browser goes on
	asked    string     // language of a page, "" for the browser's
}

// headers are those of every message that we answer.
var headers = http.Header{
	"Content-Type":           {"application/xml; charset=utf-8"},
	"Cache-Control":          {"no-store"},
	"X-Content-Type-Options": {"nosniff"},
}

func (a answer) write(w http.ResponseWriter) {
	if a.page != nil {
		pages.Render(w, http.StatusOK, a.page)
		return
	}
	maps.Copy(w.Header(), headers)
	w.WriteHeader(a.http)
	_, _ = w.Write(pg.EncodeXML(a.root, a.message)) // the caller is gone: nothing to tell it
}

// unsigned is a refusal of somebody whose secret we do not know, or who does
// not know it: three fields (01, 1.4).
func unsigned(status int, r *codes.Refusal, language string) answer {
	return answer{http: status, root: "response", message: refusalFields(r, language), code: r.Code, field: r.Field}
}

// unreadable answers what is no message at all: nobody knows whose it is.
func unreadable(err error) answer {
	if errors.Is(err, pg.ErrTooLarge) {
		return unsigned(http.StatusRequestEntityTooLarge, codes.Refuse(codes.Validation), "en") // R62
	}
	return unsigned(http.StatusOK, refusalOf(err), "en")
}

// flooded answers, unread, a call for which there is no place: nothing has happened (R48).
func flooded() answer {
	return unsigned(http.StatusTooManyRequests, codes.Refuse(codes.TooFrequent), "en")
}

// refuse is a signed refusal.
func (c *Call) refuse(status int, r *codes.Refusal) answer {
	return answer{
		http: status, root: c.root(), message: c.seal(refusalFields(r, c.Language)), merchant: c.Merchant.ID,
		code: r.Code, field: r.Field, asked: c.Asked,
	}
}

// unverified refuses a message whose signature is wrong, as the family does
// (R10). Its texts are fixed: it echoes nothing of the request.
func (c *Call) unverified(f Family) answer {
	c.Language = "en"
	refusal := codes.Refuse(codes.BadSignature)
	a := c.refuse(f.Unauthorized, refusal)
	if !f.SignsRefusal {
		a.message = refusalFields(refusal, c.Language)
	}
	return a
}

func refusalFields(r *codes.Refusal, language string) pg.Message {
	return pg.Marshal(Status{"error", r.Code, r.Description(language)})
}

// refusalOf is what the merchant is told of an error.
func refusalOf(err error) *codes.Refusal {
	var refusal *codes.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	return codes.Refuse(codes.SystemError)
}
