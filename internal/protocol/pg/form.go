package pg

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"

	"tolem/internal/protocol/codes"
)

// parseForm reads a query string or an urlencoded body into raw values. Empty pairs are skipped: SDKs leave a trailing "&".
func parseForm(text string, count *counter) (Message, error) {
	if text == "" {
		return nil, nil
	}
	const most = 32 // fields that are expected at once
	m := make(Message, 0, min(strings.Count(text, "&")+1, most))
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if nameErr != nil || valueErr != nil {
			return nil, codes.Invalid("", codes.BadForm)
		}
		if err := m.put(name, value, count); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// parseMultipart reads the parts of a multipart/form-data body into raw values. Uploaded files are no fields: PHP does not sign them either.
func parseMultipart(body []byte, boundary string, count *counter) (Message, error) {
	var m Message
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return m, nil
		}
		if err != nil {
			return nil, codes.Invalid("", codes.BadForm)
		}
		if part.FileName() != "" {
			continue
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, codes.Invalid("", codes.BadForm)
		}
		if err := m.put(part.FormName(), string(value), count); err != nil {
			return nil, err
		}
	}
}

// put adds a value under a form name: a[b][0] goes into the field "0" of the field b of the last field a; each a[] begins a new element.
func (m *Message) put(name, value string, count *counter) error {
	if err := count.take(); err != nil {
		return err
	}
	if !strings.Contains(name, "[") {
		*m = append(*m, Field{Name: name, Value: value})
		return nil
	}
	path, ok := formPath(name)
	if !ok {
		return codes.Invalid("", codes.BadName)
	}
	if len(path) > maxDepth {
		return codes.Invalid("", codes.TooDeep(maxDepth))
	}
	level, last := m, len(path)-1
	for _, key := range path[:last] {
		level = level.open(key)
	}
	*level = append(*level, Field{Name: path[last], Value: value})
	return nil
}

// open is the level below a name: that of the last field which has one, or a new one.
func (m *Message) open(name string) *Message {
	for i := len(*m) - 1; i >= 0 && name != ""; i-- {
		if field := &(*m)[i]; field.Name == name && field.Nested != nil {
			return &field.Nested
		}
	}
	*m = append(*m, Field{Name: name, Nested: Message{}})
	return &(*m)[len(*m)-1].Nested
}

// formPath splits a form name with brackets: a[b][0] is a, b, 0. It fails when the brackets do not match.
func formPath(name string) (path []string, ok bool) {
	root, rest, _ := strings.Cut(name, "[")
	path = []string{root}
	for {
		key, after, closed := strings.Cut(rest, "]")
		path = append(path, key)
		if after == "" {
			return path, closed
		}
		if rest, ok = strings.CutPrefix(after, "["); !ok {
			return nil, false
		}
	}
}

// formName is the name of a nested field in a form: parent[name].
func formName(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "[" + name + "]"
}

// EncodeForm writes the message urlencoded, for a query or a body, in message order and UTF-8. Nested fields and repeated names get
// bracket names: a[b]=…, a[0]=…
func EncodeForm(m Message) string {
	const usual = 48 // bytes of a field
	return string(appendForm(make([]byte, 0, usual*len(m)), m, ""))
}

func appendForm(form []byte, level Message, parent string) []byte {
	for i := range level {
		field := &level[i]
		name := formName(parent, field.Name)
		if place, repeated := level.place(i); repeated {
			name = formName(name, strconv.Itoa(place))
		}
		if field.Nested != nil {
			form = appendForm(form, field.Nested, name)
			continue
		}
		if len(form) > 0 {
			form = append(form, '&')
		}
		form = append(append(form, url.QueryEscape(name)...), '=')
		form = append(form, url.QueryEscape(field.Value)...)
	}
	return form
}

// place is the position of a field among those of its name; repeated is false for the only one, and for elements of a[].
func (m Message) place(i int) (place int, repeated bool) {
	for j := range m {
		if j != i && m[j].Name == m[i].Name && m[i].Name != "" {
			repeated = true
			if j < i {
				place++
			}
		}
	}
	return place, repeated
}
