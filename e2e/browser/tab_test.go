package browser

import (
	"context"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is a person at a browser window that remembers nothing of others. A page
// that says anything on the console, breaks its policy or talks to a stranger
// fails the test when it ends.
type tab struct {
	*watch
	t   *testing.T
	ctx context.Context
}

func newTab(t *testing.T, origins ...string) *tab {
	t.Helper()
	w := &watch{origins: origins, documents: map[network.RequestID]bool{}}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext(), chromedp.WithListener(w.see))
	t.Cleanup(cancel)
	tab := &tab{w, t, ctx}
	tab.do(set(audits.Enable, cdp.Empty{}), set(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	t.Cleanup(func() {
		for _, trouble := range w.take() {
			t.Error(trouble)
		}
	})
	return tab
}

// open is a tab at the page that a person was sent to.
func (s *sandbox) open(page session) *tab {
	s.t.Helper()
	tab := newTab(s.t, s.origins()...)
	tab.visit(page.address)
	return tab
}

// set sends one command to the browser.
func set[P any](command cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	// The first call opens the tab, which lives as long as that call's context.
	if chromedp.FromContext(p.ctx).Target == nil {
		if err := chromedp.Do(p.ctx); err != nil {
			p.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// goes takes steps that lead to another page and waits until that has loaded. It
// returns the HTTP status of the page.
func (p *tab) goes(steps ...chromedp.Action[chromedp.Void]) int {
	p.t.Helper()
	p.weigh()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		p.t.Fatalf("no page after the step at %s: %v", p.address(), err)
	}
	return int(response.Status)
}

// visit types an address.
func (p *tab) visit(address string) int {
	p.t.Helper()
	return p.goes(chromedp.Navigate(address))
}

// back presses the browser's Back button.
func (p *tab) back() int {
	p.t.Helper()
	return p.goes(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		history, err := cdp.Call(ctx, target, page.GetNavigationHistory, cdp.Empty{})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, target, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{
			EntryID: history.Entries[history.CurrentIndex-1].ID,
		})
		return err
	}))
}

// keys are strokes on the keyboard, one after the other, for whatever has the
// focus. A real keyboard sends raw key-down events: an Enter that a link has
// taken then types nothing into the field that gets the focus.
func keys(strokes string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, stroke := range strokes {
			for _, event := range kb.Encode(stroke) {
				if event.Type == kb.KeyDown {
					event.Type = kb.KeyRawDown
				}
				if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, *event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// becomes waits until the page has refreshed itself into a result of that kind.
func (p *tab) becomes(kind string) {
	p.t.Helper()
	p.do(chromedp.WaitReady(chromedp.CSS("main." + kind)))
}

// stays keeps the page from refreshing itself.
func (p *tab) stays() {
	p.t.Helper()
	p.do(set(page.StopLoading, cdp.Empty{}))
}

// press strikes keys.
func (p *tab) press(strokes string) {
	p.t.Helper()
	p.do(keys(strokes))
}

// enter clicks on a field and types.
func (p *tab) enter(field, text string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS("#"+field)), keys(text))
}

// paste clicks on a field and puts text in at once.
func (p *tab) paste(field, text string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS("#"+field)), set(input.InsertText, input.InsertTextParams{Text: text}))
}

// submit clicks on the button that sends the form, and returns the HTTP status
// of what comes.
func (p *tab) submit() int {
	p.t.Helper()
	return p.goes(chromedp.Click(chromedp.CSS("form button")))
}

// eval is the value of an expression in the page.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

// until waits for something that the page does by itself.
func (p *tab) until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Poll[chromedp.Void](expression)); err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
}

// text is what can be read in the first element of a selector, "" if there is none.
func (p *tab) text(selector string) string {
	p.t.Helper()
	return eval[string](p, `(document.querySelector("`+selector+`") || {innerText: ""}).innerText`)
}

func (p *tab) address() string {
	address, err := chromedp.Run(p.ctx, chromedp.Location())
	if err != nil {
		p.t.Fatal(err)
	}
	return address
}

// at checks where the person has arrived.
func (p *tab) at(want string) {
	p.t.Helper()
	if got := p.address(); got != want {
		p.t.Fatalf("at %s, not at %s; the page says %q %q", got, want, p.text("h1"), p.text("#summary"))
	}
}

// says checks the heading of the page.
func (p *tab) says(heading string) {
	p.t.Helper()
	if got := p.text("h1"); got != heading {
		p.t.Fatalf("the page at %s is headed %q, not %q", p.address(), got, heading)
	}
}

// dead checks that the page that has come is a used one: it shows no form.
func (p *tab) dead(status int) {
	p.t.Helper()
	if status != http.StatusGone {
		p.t.Errorf("HTTP %d, not 410", status)
	}
	if forms := eval[int](p, "document.querySelectorAll('form, input').length"); forms != 0 {
		p.t.Errorf("a used page still has a form: %q", p.text("h1"))
	}
}

// empty takes everything out of a field.
func empty(field string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`{
		const field = document.getElementById("` + field + `");
		field.value = "";
		field.dispatchEvent(new Event("input"));
	}`)
}
