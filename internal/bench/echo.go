package bench

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"tolem/internal/protocol/pg"
)

// Echo is the least that a server of this protocol can be: it decodes a message,
// verifies its signature, and signs an answer of the size of a payout's status.
// It stores nothing and knows nothing but the secrets.
type Echo struct {
	secrets map[string]string
}

// NewEcho answers the shops.
func NewEcho(shops []Shop) *Echo {
	e := &Echo{secrets: map[string]string{}}
	for _, s := range shops {
		e.secrets[strconv.FormatInt(s.Merchant, 10)] = s.Payout
	}
	return e
}

// Serve answers until ctx is done.
func (e *Echo) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}

// ServeHTTP answers a message that is signed by the payout secret of a shop.
func (e *Echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	message, err := pg.Decode(r)
	merchant, script := message.Get("pg_merchant_id"), pg.Script(r.URL.Path)
	secret := e.secrets[merchant]
	if err != nil || !pg.Verify(script, message, secret) {
		http.Error(w, "not signed by a shop", http.StatusForbidden)
		return
	}
	answer := pg.Message{
		{Name: "pg_payment_id", Value: "10000001"}, {Name: "pg_merchant_id", Value: merchant}, {Name: "pg_status", Value: "ok"},
		{Name: "pg_payment_status", Value: "process"}, {Name: "pg_order_id", Value: message.Get("pg_order_id")},
		{Name: "pg_amount", Value: "100"}, {Name: "pg_net_amount", Value: "100"}, {Name: "pg_card_hash", Value: "4671-59XX-XXXX-8252"},
		{Name: "pg_payment_date", Value: time.Now().Format(time.DateTime)},
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = w.Write(pg.EncodeXML("response", pg.Seal(script, answer, secret, pg.NewSalt()))) // the caller is gone: nothing to tell it
}
