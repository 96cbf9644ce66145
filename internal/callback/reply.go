package callback

import (
	"strconv"

	"tolem/internal/merchant"
	"tolem/internal/protocol/pg"
)

// Reply is what a merchant answered to a message, if it was XML with a status.
type Reply struct {
	Status      string // "" when there is none that can be read
	Description string
	Timeout     int64 // pg_timeout of a check answer (spec 01, 2.15) in seconds, 0 when there is none that can be read
	script      string
	message     pg.Message
}

// ReadReply reads the answer to a request.
func ReadReply(body []byte, to Request) Reply { return readReply(body, to.Script) }

func readReply(body []byte, script string) Reply {
	m, err := pg.ParseXML(body)
	if err != nil {
		return Reply{}
	}
	r := Reply{Status: m.Get("pg_status"), Description: m.Get("pg_description"), script: script, message: m}
	if r.Description == "" {
		r.Description = m.Get("pg_error_description") // as older clients call it
	}
	r.Timeout, _ = strconv.ParseInt(m.Get("pg_timeout"), 10, 32)
	r.Timeout = max(r.Timeout, 0)
	return r
}

// Signed tells whether the reply has a signature.
func (r Reply) Signed() bool { return r.message.Has("pg_sig") }

// Genuine tells whether the reply is signed with one of the secrets.
func (r Reply) Genuine(secrets []merchant.Secret) bool {
	for _, secret := range secrets {
		if pg.Verify(r.script, r.message, secret.Reveal()) {
			return true
		}
	}
	return false
}
