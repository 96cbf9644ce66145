package pg

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"

	"tolem/internal/protocol/codes"
)

// ParseXML reads a message out of an XML document in UTF-8 with any root (R9): a pg_xml field, or an answer. Attributes, comments and
// processing instructions are passed over; a document type is refused (R8). The error is a *codes.Refusal.
func ParseXML(document []byte) (Message, error) {
	reader := xmlReader{xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(document, byteOrderMark))), new(counter)}
	var root *Field
	for {
		token, err := reader.token()
		if err == io.EOF && root != nil {
			return settle(root.Nested)
		}
		if err != nil {
			return nil, broken(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if root != nil {
				return nil, codes.Invalid("", codes.BadXML)
			}
			root = &Field{}
			if err := reader.element(root, 0); err != nil {
				return nil, broken(err)
			}
		case xml.CharData:
			if !blank(token) {
				return nil, codes.Invalid("", codes.BadXML)
			}
		}
	}
}

// broken makes the refusal out of an error of the XML decoder, whose text may quote the document.
func broken(err error) error {
	if _, ok := err.(*codes.Refusal); ok {
		return err
	}
	return codes.Invalid("", codes.BadXML)
}

type xmlReader struct {
	*xml.Decoder
	count *counter
}

// token is the next token that says something.
func (r xmlReader) token() (xml.Token, error) {
	for {
		token, err := r.Token()
		if err != nil {
			return nil, err
		}
		switch token.(type) {
		case xml.Directive:
			return nil, codes.Invalid("", codes.Doctype)
		case xml.Comment, xml.ProcInst:
		default:
			return token, nil
		}
	}
}

// element reads up to the end tag of a field that stands depth levels below the root. Blanks between elements are layout; any other text
// beside elements is an error.
func (r xmlReader) element(field *Field, depth int) error {
	if depth > maxDepth {
		return codes.Invalid("", codes.TooDeep(maxDepth))
	}
	var text []byte
	for {
		token, err := r.token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.CharData:
			text = append(text, token...)
		case xml.StartElement:
			child := Field{Name: token.Name.Local}
			if !beginsTag(child.Name) {
				return codes.Invalid("", codes.BadName) // behind a prefix, where the decoder lets it pass
			}
			if err := r.element(&child, depth+1); err != nil {
				return err
			}
			field.Nested = append(field.Nested, child)
		case xml.EndElement:
			if field.Nested == nil && depth > 0 {
				field.Value = string(text)
				return r.count.take()
			}
			if !blank(text) {
				return codes.Invalid("", codes.BadXML)
			}
			return nil
		}
	}
}

func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// EncodeXML writes the message as a document in UTF-8 below a root element: nested fields as nested elements, the elements of a list as
// repeated ones. A name that no tag can have gets "_" in place of what is wrong with it, and a character that XML forbids becomes U+FFFD;
// decoded messages have neither, but for names in forms and JSON that begin with a digit, "-" or ".".
func EncodeXML(root string, m Message) []byte {
	document := append(make([]byte, 0, 1024), `<?xml version="1.0" encoding="utf-8"?>`+"\n"...)
	return appendElement(document, root, "", m)
}

// appendElement writes one element with a text or nested fields.
func appendElement(document []byte, name, value string, nested Message) []byte {
	document = append(append(append(document, '<'), name...), '>')
	document = appendText(document, value)
	for i := range nested {
		document = appendField(document, tag(nested[i].Name), &nested[i])
	}
	return append(append(append(document, "</"...), name...), '>')
}

func appendField(document []byte, name string, field *Field) []byte {
	if !field.Nested.isList() {
		return appendElement(document, name, field.Value, field.Nested)
	}
	for i := range field.Nested {
		document = appendField(document, name, &field.Nested[i])
	}
	return document
}

// tag makes a name fit for an element.
func tag(name string) string {
	fits := func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r < utf8.RuneSelf && isAlphanumeric(byte(r)) {
			return r
		}
		return '_'
	}
	name = strings.Map(fits, name)
	if !beginsTag(name) {
		return "_" + name
	}
	return name
}

func beginsTag(name string) bool {
	return name != "" && name[0] != '-' && name[0] != '.' && (name[0] < '0' || name[0] > '9')
}

// appendText escapes what would be markup. A carriage return is escaped because readers turn a bare one into a line feed.
func appendText(document []byte, value string) []byte {
	for _, r := range value {
		switch {
		case r == '&':
			document = append(document, "&amp;"...)
		case r == '<':
			document = append(document, "&lt;"...)
		case r == '>':
			document = append(document, "&gt;"...)
		case r == '\r':
			document = append(document, "&#13;"...)
		case r < ' ' && r != '\t' && r != '\n', r == 0xfffe, r == 0xffff:
			document = utf8.AppendRune(document, utf8.RuneError)
		default:
			document = utf8.AppendRune(document, r)
		}
	}
	return document
}
