package bench

import (
	"strings"

	"tolem/internal/protocol/pg"
)

// flat reads an answer of the plainest form, which nearly all have: one level of
// printable ASCII, nothing of it escaped. A reader of XML would take a third of
// the client's time. What it does not know is for pg.ParseXML: ok is false.
func flat(document string) (m pg.Message, ok bool) {
	if head, rest, found := strings.Cut(document, "?>\n"); found && strings.HasPrefix(head, "<?xml ") {
		document = rest
	}
	root, document, ok := opening(document)
	if !ok || strings.ContainsFunc(document, func(r rune) bool { return r < ' ' || r > '~' || r == '&' }) {
		return nil, false
	}
	m = make(pg.Message, 0, 16)
	for document != "</"+root+">" {
		name, rest, ok := opening(document)
		if !ok {
			return nil, false
		}
		value, rest, ok := strings.Cut(rest, "<")
		end := "/" + name + ">"
		if !ok || value == "" || !strings.HasPrefix(rest, end) {
			return nil, false
		}
		m, document = append(m, pg.Field{Name: name, Value: value}), rest[len(end):]
	}
	return m, true
}

// opening takes a tag without attributes from the front of a document.
func opening(document string) (name, rest string, ok bool) {
	end := strings.IndexByte(document, '>')
	if end < 2 || document[0] != '<' {
		return "", "", false
	}
	name = document[1:end]
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9' || i == 0) {
			return "", "", false
		}
	}
	return name, document[end+1:], true
}
