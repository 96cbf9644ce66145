package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// Payouts offers payouts to a saved card.
type Payouts struct {
	Client *shop.Client
	Load   Load
	Card   string        // number of the card to pay out to
	Drain  time.Duration // how long to wait for the last callbacks
}

const benchUser = "bench-user"

// Run saves the card, offers the load and waits for the callbacks.
func (p Payouts) Run(ctx context.Context) (Report, error) {
	p.Client.HTTP = &http.Client{
		Transport:     &http.Transport{MaxIdleConns: p.Load.Concurrency, MaxIdleConnsPerHost: p.Load.Concurrency},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       time.Minute,
	}
	sink, err := shop.NewSink(p.Client)
	if err != nil {
		return Report{}, err
	}
	defer sink.Close()
	token, err := p.saveCard(ctx, sink)
	if err != nil {
		return Report{}, err
	}
	bound := sink.Count()

	run := time.Now()
	order := fmt.Sprintf("bench-%d", run.UnixMilli())
	limit := run.Add(24 * time.Hour).UTC().Format("2006-01-02 15:04:05")
	t := &tally{outcomes: map[string]int{}}
	p.Load.run(ctx, func(ctx context.Context, n int64, due time.Time) {
		answer, err := p.Client.Call(ctx, "/api/reg2reg",
			"pg_order_id", fmt.Sprintf("%s-%d", order, n), "pg_amount", "100", "pg_description", "Benchmark",
			"pg_order_time_limit", limit, "pg_user_id", benchUser, "pg_post_link", sink.URL("/notify"), "pg_card_token_to", token)
		t.note(time.Since(due), outcome(answer, err), err != nil || answer.Get("pg_payment_date") == "")
	})
	report := t.report(time.Since(run))

	deadline := time.Now().Add(p.Drain)
	expected := int(report.Calls-report.Errors) + bound
	for sink.Count() < expected && time.Now().Before(deadline) && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	report.Callbacks, report.Unverified = int64(sink.Count()-bound), int64(len(sink.Bad()))
	return report, ctx.Err()
}

// outcome is the word under which a call is counted.
func outcome(answer pg.Message, err error) string {
	switch {
	case err != nil && answer == nil:
		return "no answer"
	case err != nil:
		return "unverified answer"
	case answer.Get("pg_error_code") != "":
		return "error " + answer.Get("pg_error_code")
	}
	return answer.Get("pg_status")
}

// saveCard does what a person does on the hosted page, and waits for the token.
func (p Payouts) saveCard(ctx context.Context, sink *shop.Sink) (string, error) {
	answer, err := p.Client.Call(ctx, fmt.Sprintf("/v1/merchant/%d/cardstoragepayout/add", p.Client.Merchant),
		"pg_user_id", benchUser, "pg_post_link", sink.URL("/saved"), "pg_back_link", sink.URL("/back"))
	if err != nil {
		return "", err
	}
	page := answer.Get("pg_redirect_url")
	if page == "" {
		return "", fmt.Errorf("card not saved: %s %s", answer.Get("pg_error_code"), answer.Get("pg_error_description"))
	}
	typed := url.Values{"number": {p.Card}, "holder": {"BENCH USER"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, page, strings.NewReader(typed.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := p.Client.HTTP.Do(request)
	if err != nil {
		return "", err
	}
	_ = response.Body.Close()
	wait, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	saved, err := sink.Wait(wait, answer.Get("pg_payment_id"), 1)
	if err != nil {
		return "", errors.New("no tokenization callback came: the server must be allowed to call this machine (--allow-private-callbacks)")
	}
	token := saved[0].Message.Get("pg_card_token")
	if token == "" {
		return "", fmt.Errorf("card not saved: %s", saved[0].Message.Get("pg_error_description"))
	}
	return token, nil
}
