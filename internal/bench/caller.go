package bench

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// caller makes signed calls for shops over connections that it keeps. It takes
// the same cores as what it measures, so it is built to take little of them.
type caller struct {
	http  *fasthttp.HostClient
	path  string // before every path, when the platform is not at the root of its host
	shops []shop.Client
}

func newCaller(base string, shops []Shop, connections int) (*caller, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not the address of a server", base)
	}
	address, secure := u.Host, u.Scheme == "https"
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), map[bool]string{false: "80", true: "443"}[secure])
	}
	c := &caller{path: u.Path, http: &fasthttp.HostClient{
		Addr: address, IsTLS: secure, MaxConns: connections, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		MaxIdemponentCallAttempts: 1, NoDefaultUserAgentHeader: true, DisablePathNormalizing: true,
	}}
	for _, s := range shops {
		c.shops = append(c.shops, s.client(base))
	}
	return c, nil
}

func (c *caller) close() { c.http.CloseIdleConnections() }

// call signs the fields as a shop, posts them and verifies the answer.
func (c *caller) call(as *shop.Client, path string, fields pg.Message) (pg.Message, error) {
	message := append(fields, pg.Field{Name: "pg_merchant_id", Value: strconv.FormatInt(as.Merchant, 10)})
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/x-www-form-urlencoded")
	request.SetRequestURI(c.path + path)
	request.SetHost(c.http.Addr)
	request.SetBodyString(pg.EncodeForm(as.Sign(path, message)))
	if err := c.http.Do(request, response); err != nil {
		return nil, err
	}
	if answer, ok := flat(string(response.Body())); ok {
		return answer, as.Check(path, response.StatusCode(), answer)
	}
	return as.ReadAnswer(path, response.StatusCode(), response.Body())
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
