package bench

import (
	"time"

	"github.com/valyala/fasthttp"
)

// browser is that of all payers. It sends what is typed on a page and does not follow
// where the page leads.
type browser struct{ http fasthttp.Client }

func newBrowser(connections int) *browser {
	return &browser{fasthttp.Client{
		MaxConnsPerHost: connections, ReadTimeout: time.Minute, WriteTimeout: time.Minute, MaxIdemponentCallAttempts: 1,
		NoDefaultUserAgentHeader: true, DisablePathNormalizing: true,
	}}
}

func (b *browser) close() { b.http.CloseIdleConnections() }

// visit posts a form to a page, or only looks at it when there is none. location is
// where the page leads, if anywhere.
func (b *browser) visit(page, form string) (status int, location string, err error) {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.SetRequestURI(page)
	if form != "" {
		request.Header.SetMethod(fasthttp.MethodPost)
		request.Header.SetContentType("application/x-www-form-urlencoded")
		request.SetBodyString(form)
	}
	err = b.http.Do(request, response)
	return response.StatusCode(), string(response.Header.Peek(fasthttp.HeaderLocation)), err
}
