package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// framer is a web site that shows the page named in its query in a frame.
func framer(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if page := r.URL.Query().Get("page"); page != "" {
			fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><title>Shop</title><iframe title="card" width="400" height="700" src=%q></iframe></html>`, page)
		} else {
			fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><title>Shop</title><h1 id="end">%s</h1></html>`, r.URL.Path)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// inside is a query of the document in the frame.
func (p *tab) inside() chromedp.QueryOption {
	p.t.Helper()
	frames, err := chromedp.Run(p.ctx, chromedp.Nodes(chromedp.CSS("iframe")))
	if err != nil {
		p.t.Fatal(err)
	}
	return chromedp.FromNode(frames[0])
}

// goesInside takes a step that leads to another page in the frame.
func (p *tab) goesInside(step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.WaitEvent(page.FrameStoppedLoading, nil, step)(ctx, target)
		return err
	}))
}

func TestAFramedPageWorksInTheShopsPageOnly(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	shop, stranger := framer(t), framer(t)
	card := s.purchaseCard("pg_payment_route", "frame", "pg_back_link", shop+"/back", "pg_success_url", shop+"/saved")

	person := newTab(t, append(s.origins(), shop)...)
	person.visit(shop + "/?page=" + url.QueryEscape(card.address))
	for field, text := range map[string]string{"number": challenged, "holder": "Aigul Serikova", "expiry": "0830", "cvc": "123"} {
		person.do(chromedp.SendKeys(chromedp.CSS("#"+field), text, person.inside()))
	}
	person.goesInside(chromedp.Click(chromedp.CSS("form button"), person.inside()))
	person.goesInside(chromedp.SendKeys(chromedp.CSS("#code"), "111111\r", person.inside()))
	end, err := chromedp.Run(person.ctx, chromedp.Text(chromedp.CSS("#end"), person.inside()))
	if err != nil || end != "/saved" {
		t.Error(end, err)
	}
	if told := s.told(card.payment, "/callbacks/card"); told.Get("pg_status") != "success" {
		t.Error(told)
	}

	again := s.purchaseCard("pg_payment_route", "frame", "pg_back_link", shop+"/back")
	elsewhere := newTab(t, append(s.origins(), stranger)...)
	elsewhere.visit(stranger + "/?page=" + url.QueryEscape(again.address))
	troubles := elsewhere.take()
	if len(troubles) == 0 || !strings.Contains(strings.Join(troubles, " "), "frame-ancestors") {
		t.Error("nothing was refused: ", troubles)
	}
}
