package outbound

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Options of a Client; the zero value is right for production.
type Options struct {
	AllowPrivate   bool          // also call loopback and private addresses: for a sandbox on the integrator's machine
	ConnectTimeout time.Duration // resolving and connecting, and again the TLS handshake; 5 s if zero (R39)
	Timeout        time.Duration // the whole call; 30 s if zero (R39)
	MaxBody        int64         // bytes kept of the answer's body; 64 KiB if zero
	UserAgent      string        // "Tolem" if empty
	Resolver       Resolver      // net.DefaultResolver if nil
}

// Bounds of the connections that are open and of those that are kept for the next call.
const (
	maxConnsPerHost     = 32
	maxIdleConnsPerHost = 32
	maxIdleConns        = 512
	idleTimeout         = 30 * time.Second
	maxHeader           = 32 << 10
)

// Client calls URLs that merchants chose. It is safe for concurrent use.
type Client struct {
	timeout   time.Duration
	maxBody   int64
	userAgent string
	guard     *guard
	transport *http.Transport
}

// Answer is what came back. Redirects are not followed: they are answers like others.
type Answer struct {
	Status   int           // HTTP status code
	Body     []byte        // the first Options.MaxBody bytes of the body
	Duration time.Duration // of the whole call
}

// New returns a Client. Proxy settings of the environment are not used.
func New(o Options) *Client {
	o.ConnectTimeout = defaultTo(o.ConnectTimeout, 5*time.Second)
	o.Timeout = defaultTo(o.Timeout, 30*time.Second)
	o.MaxBody = defaultTo(o.MaxBody, 64<<10)
	o.UserAgent = defaultTo(o.UserAgent, "Tolem")
	o.Resolver = defaultTo[Resolver](o.Resolver, net.DefaultResolver)
	guard := newGuard(o)
	return &Client{
		timeout:   o.Timeout,
		maxBody:   o.MaxBody,
		userAgent: o.UserAgent,
		guard:     guard,
		transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            guard.dial,
			TLSHandshakeTimeout:    o.ConnectTimeout,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true,
			MaxConnsPerHost:        maxConnsPerHost,
			MaxIdleConnsPerHost:    maxIdleConnsPerHost,
			MaxIdleConns:           maxIdleConns,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
}

// Get calls target with GET. The error wraps a [Failure]; when it came while the body was read, the Answer holds what had arrived.
func (c *Client) Get(ctx context.Context, target string) (Answer, error) {
	return c.call(ctx, http.MethodGet, target, "", nil)
}

// Post calls target with POST; its error is as in [Client.Get].
func (c *Client) Post(ctx context.Context, target, contentType string, body []byte) (Answer, error) {
	return c.call(ctx, http.MethodPost, target, contentType, body)
}

func (c *Client) call(ctx context.Context, method, target, contentType string, body []byte) (Answer, error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := newRequest(ctx, method, target, body)
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("User-Agent", c.userAgent)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	// Not through http.Client, which knows about redirects and cookies.
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return Answer{Duration: time.Since(start)}, classify(err)
	}
	defer response.Body.Close()
	answer := Answer{Status: response.StatusCode}
	answer.Body, err = io.ReadAll(io.LimitReader(response.Body, c.maxBody))
	answer.Duration = time.Since(start)
	if err != nil {
		return answer, classify(err)
	}
	return answer, nil
}

// newRequest takes http and https URLs with a host and without user information. Its error does not repeat the URL, which may carry
// secrets of the merchant.
func newRequest(ctx context.Context, method, target string, body []byte) (*http.Request, error) {
	parsed, err := url.Parse(target)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.User != nil || parsed.Hostname() == "" {
		return nil, ErrForbiddenTarget
	}
	if port, err := strconv.Atoi(parsed.Port()); parsed.Port() != "" && (err != nil || port < 1 || port > 65535) {
		return nil, ErrForbiddenTarget
	}
	request, err := http.NewRequestWithContext(ctx, method, parsed.String(), bytes.NewReader(body))
	if err != nil {
		return nil, ErrForbiddenTarget
	}
	return request, nil
}

func defaultTo[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
