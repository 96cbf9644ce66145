package browser

import (
	"fmt"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// watch notes what a page should not do.
type watch struct {
	origins []string // the sites that may be talked to

	mu        sync.Mutex
	wrongs    []string
	documents map[network.RequestID]bool // requests for pages, not for their parts
	weight    float64                    // bytes received since the last reset
	posted    int                        // forms sent
}

// see is told every event of a tab.
func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wrong := func(format string, values ...any) { w.wrongs = append(w.wrongs, fmt.Sprintf(format, values...)) }
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// Chromium notes it too when the page itself comes with 4xx.
		ownStatus := e.Entry.Source == log.EntrySourceNetwork && w.documents[e.Entry.NetworkRequestID]
		if !ownStatus && (e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning) {
			wrong("log (%s, %s): %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		wrong("console.%s", e.Type)
	case *runtime.EventExceptionThrown:
		wrong("script error: %s", e.ExceptionDetails.Text)
	case *audits.EventIssueAdded:
		wrong("issue: %s %+v", e.Issue.Code, e.Issue.Details)
	case *network.EventRequestWillBeSent:
		if !slices.Contains(w.origins, originOf(e.Request.URL)) {
			wrong("request to a stranger: %s", e.Request.URL)
		}
		if e.Type == network.ResourceTypeDocument {
			w.documents[e.RequestID] = true
			if e.Request.Method == "POST" {
				w.posted++
			}
		}
	case *network.EventLoadingFinished:
		w.weight += e.EncodedDataLength
	}
}

// take is what the page has done wrong since it was last asked.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	wrongs := w.wrongs
	w.wrongs = nil
	return wrongs
}

// posts is how many forms have been sent.
func (w *watch) posts() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.posted
}

// weighs is how many bytes the page that was gone to last has taken.
func (w *watch) weighs() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return int(w.weight)
}

// weigh begins to count for another page.
func (w *watch) weigh() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.weight = 0
}
