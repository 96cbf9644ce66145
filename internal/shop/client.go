package shop

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tolem/internal/protocol/pg"
)

// Client calls a platform as one merchant.
type Client struct {
	Base     string // address of the platform, without a slash at the end
	Merchant int64
	Purchase string // purchase secret
	Payout   string // payout secret
	HTTP     *http.Client
}

// payoutPaths are the calls that the payout secret signs (R2).
var payoutPaths = []string{"/api/", "/get_status2"}

func (c *Client) secret(path string) string {
	for _, prefix := range payoutPaths {
		if strings.HasPrefix(path, prefix) {
			return c.Payout
		}
	}
	return c.Purchase
}

// Call sends fields given as name, value, name, value, ... with merchant, salt
// and signature added, and returns the answer once its signature is verified.
// An unsigned answer is an error that shows its code.
func (c *Client) Call(ctx context.Context, path string, fields ...string) (pg.Message, error) {
	message := pg.Message{}.With("pg_merchant_id", strconv.FormatInt(c.Merchant, 10))
	for i := 0; i+1 < len(fields); i += 2 {
		message = append(message, pg.Field{Name: fields[i], Value: fields[i+1]})
	}
	return c.Send(ctx, path, c.Sign(path, message))
}

// Sign adds salt and signature, under the secret that the path asks for.
func (c *Client) Sign(path string, message pg.Message) pg.Message {
	return pg.Seal(pg.Script(path), message, c.secret(path), pg.NewSalt())
}

// Send posts a signed message as it is.
func (c *Client) Send(ctx context.Context, path string, message pg.Message) (pg.Message, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Base+path, strings.NewReader(pg.EncodeForm(message)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	return c.ReadAnswer(path, response.StatusCode, body)
}

// ReadAnswer reads and checks the answer to a call of path.
func (c *Client) ReadAnswer(path string, status int, body []byte) (pg.Message, error) {
	answer, err := pg.ParseXML(body)
	if err != nil {
		return nil, fmt.Errorf("%s: HTTP %d, not a message", path, status)
	}
	return answer, c.Check(path, status, answer)
}

// Check verifies the signature of an answer to a call of path. The error of an
// unsigned answer shows its code.
func (c *Client) Check(path string, status int, answer pg.Message) error {
	if !pg.Verify(pg.Script(path), answer, c.secret(path)) {
		return fmt.Errorf("%s: HTTP %d, answer not signed by us: code %s", path, status, answer.Get("pg_error_code"))
	}
	return nil
}

// Received is a callback as it came in, its signature verified.
type Received struct {
	Path    string
	Message pg.Message
}

// ReadCallback verifies a callback to one of our URLs: with flat fields, in the body
// or in the query of a GET, or with one field pg_xml. Payouts are told under the
// payout secret, all else under the purchase secret.
func (c *Client) ReadCallback(target *url.URL, body string) (Received, error) {
	if body == "" {
		body = target.RawQuery
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		return Received{}, err
	}
	message := pg.Message{}
	if document := values.Get("pg_xml"); document != "" {
		if message, err = pg.ParseXML([]byte(document)); err != nil {
			return Received{}, err
		}
	} else {
		for name, list := range values {
			for _, value := range list {
				message = append(message, pg.Field{Name: name, Value: value})
			}
		}
	}
	script := pg.Script(target.EscapedPath())
	for _, secret := range []string{c.Payout, c.Purchase} {
		if pg.Verify(script, message, secret) {
			return Received{target.Path, message}, nil
		}
	}
	return Received{}, fmt.Errorf("callback to %s: wrong signature", target.Path)
}

// Answer is a signed answer to a callback about a purchase, with fields as in Call.
func (c *Client) Answer(to Received, fields ...string) string {
	message := pg.Message{}
	for i := 0; i+1 < len(fields); i += 2 {
		message = message.With(fields[i], fields[i+1])
	}
	return string(pg.EncodeXML("response", pg.Seal(pg.Script(to.Path), message, c.Purchase, pg.NewSalt())))
}
