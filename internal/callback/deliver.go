package callback

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"tolem/internal/clock"
	"tolem/internal/engine"
	"tolem/internal/merchant"
	"tolem/internal/outbound"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

// answerKept bounds how much of a merchant's answer is kept, in bytes.
const answerKept = 2048

// Caller calls merchants. Errors are an outbound.Failure.
type Caller interface {
	Get(ctx context.Context, target string) (outbound.Answer, error)
	Post(ctx context.Context, target, contentType string, body []byte) (outbound.Answer, error)
}

// Courier delivers callbacks.
type Courier struct {
	DB        *store.DB
	Engine    engine.Node
	Merchants *merchant.Registry
	Client    Caller
	Clock     clock.Clock
	Schedule  Schedule
	// Own is the public host of this installation: a callback to its success or
	// failure page is an SDK's default, not called and counted as delivered (R43).
	Own string

	// Replied is told, by event, of what a merchant answered to the first attempt with
	// HTTP 200. Its error makes the attempt one that was never made.
	Replied map[string]func(context.Context, Row, Reply) error

	Observe Observer // told of attempts: nobody
}

// Register makes the courier carry out the effects of its kind. Merchants that
// hang are the engine's business: they wait for each other only.
func (c *Courier) Register() {
	c.Engine.Handle(Kind, engine.Handler{Run: c.deliver, Workers: 256, PerMerchant: 32})
}

func (c *Courier) deliver(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	letter, err := c.letter(ctx, e)
	if err != nil {
		return nil, err
	}
	attempt := Attempt{SentAt: c.Clock.Now()}
	if c.toOurselves(letter.row.URL) {
		attempt.Done, attempt.Answer = true, "not sent: a page of this installation"
	} else if err := c.attempt(ctx, letter, &attempt); err != nil {
		return nil, err
	}
	if attempt.Status == 0 && !attempt.Done && ctx.Err() != nil {
		return nil, ctx.Err() // cut off by our own shutdown: not the merchant's failure
	}
	c.observe(ctx, letter.row, attempt)
	return &record{key: letter.row.Key, schedule: c.Schedule, attempt: attempt, first: letter.first}, nil
}

// letter is a callback with its message read. No attempt was made before the first.
type letter struct {
	row     Row
	message pg.Message
	first   bool
}

// letter is what the effect carries, or else what is stored.
func (c *Courier) letter(ctx context.Context, e engine.Effect) (letter, error) {
	if carried, ok := e.Carries.(letter); ok && e.Attempt == 0 {
		return carried, nil
	}
	var found letter
	err := c.DB.View(ctx, func(tx *store.Tx) (err error) {
		var ok bool
		if found.row, ok, err = Rows.Find(ctx, tx, Key{e.MerchantID, e.Subject}); err == nil && !ok {
			err = errors.New("it is gone")
		}
		if err == nil {
			var before []Attempt
			before, err = Attempts.Select(ctx, tx, "WHERE merchant_id = $1 AND callback_id = $2 LIMIT 1", e.MerchantID, e.Subject)
			found.first = len(before) == 0
		}
		return err
	})
	if err == nil {
		found.message, err = decode(found.row.Message)
	}
	if err != nil {
		err = fmt.Errorf("callback %d of merchant %d: %w", e.Subject, e.MerchantID, err)
	}
	return found, err
}

// attempt sends the message and notes in a what came of it. Its error is our
// own trouble, not the merchant's.
func (c *Courier) attempt(ctx context.Context, l letter, a *Attempt) error {
	m, err := c.Merchants.Get(ctx, l.row.MerchantID)
	if err != nil {
		return err
	}
	message := l.message
	if !l.first {
		message = binding(message)
	}
	request := compose(l.row, message, m.Signing(l.row.Secret), pg.NewSalt())
	began := time.Now()
	answer, err := request.Send(ctx, c.Client)
	a.Took = time.Since(began).Microseconds()
	if err != nil && answer.Status != http.StatusOK { // whatever became of the body (R39)
		// The whole error may name our own network: the merchant sees its kind.
		var failure outbound.Failure
		if a.Answer = "no answer"; errors.As(err, &failure) {
			a.Answer = failure.Error()
		}
		return nil
	}
	a.Status, a.Answer, a.Done = int64(answer.Status), printable(string(answer.Body)), answer.Status == http.StatusOK
	if react := c.Replied[l.row.Event]; react != nil && a.Done && l.first {
		return react(ctx, l.row, readReply(answer.Body, request.Script))
	}
	return nil
}

// binding is a message that can no longer be answered with a no (R39, R63).
func binding(m pg.Message) pg.Message {
	if !m.Has("pg_can_reject") {
		return m
	}
	return m.Without("pg_can_reject").With("pg_can_reject", "0")
}

func (c *Courier) toOurselves(target string) bool {
	u, err := url.Parse(target)
	if err != nil || u.Path != "/success" && u.Path != "/failure" {
		return false
	}
	host := strings.TrimSuffix(u.Host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	return strings.EqualFold(u.Host, c.Own) || strings.EqualFold(host, c.Own)
}

// printable cuts an answer to what is kept and drops what is not text: it is a
// stranger's, and is shown on terminals.
func printable(answer string) string {
	answer = strings.ToValidUTF8(answer[:min(len(answer), answerKept)], "")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, answer)
}
