package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tolem/internal/protocol/pg"
)

// Purchases offers whole purchases on our page, to each shop in its turn: the shop
// asks for a page, the payer pays there, the shop is notified and then asks for the
// state. Each is measured until that state is the one that was asked for.
type Purchases struct {
	Trial
	Card    string // number of a card that takes no part in 3-D Secure
	TwoStep bool   // the money is held only
	Follow  bool   // the payer's browser also shows the outcome

	browser *browser
	orders  []orders
	form    string // what the payer sends
}

// Run offers the loads, one after the other.
func (p *Purchases) Run(ctx context.Context, loads Loads) ([]Report, error) {
	if err := p.Trial.open(true); err != nil {
		return nil, err
	}
	defer p.close()
	p.browser = newBrowser(p.Load.Concurrency)
	defer p.browser.close()
	began := time.Now()
	p.form = url.Values{
		"number": {p.Card}, "holder": {"BENCH USER"}, "expiry": {began.AddDate(1, 0, 0).Format("01/06")}, "cvc": {"123"},
	}.Encode()
	p.orders = nil
	for i, s := range p.Shops {
		p.orders = append(p.orders, newOrders(i, s, began, pg.Message{
			{Name: "pg_amount", Value: "100"}, {Name: "pg_description", Value: "Benchmark"},
			{Name: "pg_auto_clearing", Value: p.captured()}, {Name: "pg_result_url", Value: p.sink.link(s.Merchant)},
		}))
	}
	reports, err := p.run(ctx, p.work, loads)
	for i := range reports {
		reports[i].Unit = "purchases"
	}
	return reports, err
}

// captured is what pg_captured says in the end.
func (p *Purchases) captured() string {
	if p.TwoStep {
		return "0"
	}
	return "1"
}

// work makes a purchase, leg after leg.
func (p *Purchases) work(ctx context.Context, n int64) (d done) {
	of := &p.orders[n%int64(len(p.orders))]
	payment, page := int64(0), ""
	for _, l := range []struct {
		name string
		walk func() (trouble string)
	}{
		{"init", func() (trouble string) {
			payment, page, trouble = p.begin(of, n)
			return trouble
		}},
		{"pay", func() string { return p.pay(page) }},
		{"page", func() string { return p.look(page) }},
		{"callback", func() string { return p.hear(ctx, payment) }},
		{"status", func() string { return p.ask(of, payment) }},
	} {
		if l.name == "page" && !p.Follow {
			continue
		}
		began := time.Now()
		trouble := l.walk()
		d.legs = append(d.legs, leg{l.name, time.Since(began)})
		if trouble != "" {
			d.outcome, d.failed = l.name+": "+trouble, true
			return d
		}
	}
	d.outcome = "success"
	return d
}

// begin asks for a page.
func (p *Purchases) begin(of *orders, n int64) (payment int64, page, trouble string) {
	answer, err := p.calls.call(&p.calls.shops[of.as], "/init_payment.php", of.message(n))
	if word := outcome(answer, err); word != "ok" {
		return 0, "", word
	}
	payment, err = strconv.ParseInt(answer.Get("pg_payment_id"), 10, 64)
	if err != nil {
		return 0, "", "no payment number"
	}
	return payment, answer.Get("pg_redirect_url"), ""
}

// pay sends the card. The page then leads to itself, which shows the outcome.
func (p *Purchases) pay(page string) (trouble string) {
	status, location, err := p.browser.visit(page, p.form)
	switch {
	case err != nil:
		return "no answer"
	case status != http.StatusFound:
		return fmt.Sprintf("HTTP %d", status)
	case location == "" || !strings.HasSuffix(page, location):
		return "led elsewhere"
	}
	p.called.Add(1)
	return ""
}

func (p *Purchases) look(page string) (trouble string) {
	status, _, err := p.browser.visit(page, "")
	switch {
	case err != nil:
		return "no answer"
	case status != http.StatusOK:
		return fmt.Sprintf("HTTP %d", status)
	}
	return ""
}

func (p *Purchases) hear(ctx context.Context, payment int64) (trouble string) {
	wait, cancel := context.WithTimeout(ctx, p.Drain)
	defer cancel()
	if !p.sink.wait(wait, payment) {
		return "none came"
	}
	return ""
}

func (p *Purchases) ask(of *orders, payment int64) (trouble string) {
	answer, err := p.calls.call(&p.calls.shops[of.as], "/get_status3.php", pg.Message{{Name: "pg_payment_id", Value: fmt.Sprint(payment)}})
	if word := outcome(answer, err); word != "ok" {
		return word
	}
	if state, captured := answer.Get("pg_payment_status"), answer.Get("pg_captured"); state != "success" || captured != p.captured() {
		return state + ", captured " + captured
	}
	return ""
}
