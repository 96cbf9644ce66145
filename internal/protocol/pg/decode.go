package pg

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"

	"tolem/internal/protocol/codes"
)

// ErrTooLarge is the error of a body over 1 MiB; the answer is HTTP 413 (R62).
var ErrTooLarge = errors.New("pg: message body is larger than 1 MiB")

// maxBody bounds a request body, in bytes (S9).
const maxBody = 1 << 20

// Decode reads the message of a request in any encoding of R8: query string, multipart, urlencoded, JSON, or pg_xml in one of them. The
// body is added to the query, its fields in place of the query's fields of the same name; pg_xml stands for everything else (spec 01, 1.3).
// A body of another type is not read.
//
// Values come as UTF-8; what was sent in windows-1251 (pg_encoding) keeps its bytes in [Field.Sent] for [Verify]. The error is
// [ErrTooLarge], a *codes.Refusal (9403), or that of the connection. When it is only a name or a value that no message may have, the message
// comes with the refusal, so that its sender can be identified and told so in a signed answer (R13); it serves no other purpose.
func Decode(r *http.Request) (Message, error) {
	count := new(counter)
	query, err := parseForm(r.URL.RawQuery, count)
	if err != nil {
		return nil, err
	}
	body, err := decodeBody(r, count)
	if err != nil {
		return nil, err
	}
	m := merge(query, body)
	if xml := m.Get("pg_xml"); xml != "" {
		m, err = ParseXML([]byte(xml))
		if refusal := (*codes.Refusal)(nil); errors.As(err, &refusal) && refusal.Field == "" {
			refusal.Field = "pg_xml"
		}
		return m, err
	}
	return settle(m)
}

func decodeBody(r *http.Request, count *counter) (Message, error) {
	if r.Body == nil || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil, nil
	}
	contentType := r.Header.Get("Content-Type")
	if contentType == "" {
		contentType = "application/x-www-form-urlencoded"
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return nil, codes.Invalid("", codes.BadForm)
	}
	switch kind {
	case "application/x-www-form-urlencoded", "multipart/form-data", "application/json":
	default:
		return nil, nil
	}
	body, err := readBody(r.Body)
	if err != nil || len(body) == 0 {
		return nil, err
	}
	switch kind {
	case "multipart/form-data":
		return parseMultipart(body, params["boundary"], count)
	case "application/json":
		return parseJSON(body, count)
	default:
		return parseForm(string(body), count)
	}
}

func readBody(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) || len(body) > maxBody {
		return nil, ErrTooLarge
	}
	return body, err
}

// merge puts the body's fields after those of the query; a body field replaces the query's of the same name (R6).
func merge(query, body Message) Message {
	if len(query) == 0 {
		return body
	}
	query = slices.DeleteFunc(query, func(field Field) bool {
		return slices.ContainsFunc(body, func(other Field) bool { return other.Name == field.Name })
	})
	return append(query, body...)
}
