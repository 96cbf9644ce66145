package pg

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf8"

	"tolem/internal/protocol/codes"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// parseJSON reads one JSON object. Numbers are the literals as they stand; true is "1" and false is "", as PHP casts them (spec 01, 1.4):
// what signs like an absent field must mean no more than one. null, {} and [] are absent. Names may be form names.
func parseJSON(body []byte, count *counter) (Message, error) {
	body = bytes.TrimPrefix(body, byteOrderMark)
	if !utf8.Valid(body) {
		return nil, codes.Invalid("", codes.Undecodable)
	}
	reader := jsonReader{json.NewDecoder(bytes.NewReader(body)), count}
	reader.UseNumber()
	if token, err := reader.Token(); err != nil || token != json.Delim('{') {
		return nil, codes.Invalid("", codes.BadJSON)
	}
	m, err := reader.object(1)
	if err != nil {
		return nil, err
	}
	if _, err := reader.Token(); err != io.EOF {
		return nil, codes.Invalid("", codes.BadJSON)
	}
	return m, nil
}

type jsonReader struct {
	*json.Decoder
	count *counter
}

// object reads the members up to the closing brace.
func (r jsonReader) object(depth int) (Message, error) {
	var m Message
	for r.More() {
		token, err := r.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, codes.Invalid("", codes.BadJSON)
		}
		if m, err = r.member(m, name, depth); err != nil {
			return nil, err
		}
	}
	return m, r.end()
}

// list reads the elements up to the closing bracket, named by their indexes.
func (r jsonReader) list(depth int) (Message, error) {
	var m Message
	var err error
	for index := 0; r.More(); index++ {
		if m, err = r.member(m, strconv.Itoa(index), depth); err != nil {
			return nil, err
		}
	}
	return m, r.end()
}

func (r jsonReader) end() error {
	if _, err := r.Token(); err != nil {
		return codes.Invalid("", codes.BadJSON)
	}
	return nil
}

// member reads one value and adds it to its level.
func (r jsonReader) member(level Message, name string, depth int) (Message, error) {
	if depth > maxDepth {
		return nil, codes.Invalid("", codes.TooDeep(maxDepth))
	}
	token, err := r.Token()
	if err != nil {
		return nil, codes.Invalid("", codes.BadJSON)
	}
	switch token := token.(type) {
	case string:
		return r.add(level, name, token, depth)
	case json.Number:
		return r.add(level, name, token.String(), depth)
	case bool:
		if token {
			return r.add(level, name, "1", depth)
		}
		return r.add(level, name, "", depth)
	case json.Delim:
		read := r.object
		if token == '[' {
			read = r.list
		}
		nested, err := read(depth + 1)
		if err != nil {
			return nil, err
		}
		if len(nested) > 0 {
			level = append(level, Field{Name: name, Nested: nested})
		}
	}
	return level, nil
}

// add puts a text on its level; on the top level a form name opens the levels it names.
func (r jsonReader) add(level Message, name, value string, depth int) (Message, error) {
	if depth == 1 {
		err := level.put(name, value, r.count)
		return level, err
	}
	if err := r.count.take(); err != nil {
		return nil, err
	}
	return append(level, Field{Name: name, Value: value}), nil
}
