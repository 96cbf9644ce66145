package pg

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"tolem/internal/protocol/codes"
)

// settle makes a message of raw bytes into one of text, in place, and refuses names and values that no message may have: bytes that do not
// decode, control characters other than tab, line feed and carriage return (S1, S2), and what XML cannot carry back. The message comes
// back with the refusal: its signature can still be verified.
//
// pg_encoding names the charset of the values. A value that is valid UTF-8 is taken as such even in a windows-1251 message: plugins send
// both at once. Any other is decoded, and its bytes are kept in [Field.Sent] for the signature.
func settle(m Message) (Message, error) {
	var charset *charmap.Charmap
	switch strings.ToLower(m.Get("pg_encoding")) {
	case "", "utf-8", "utf8":
	case "windows-1251", "cp1251":
		charset = charmap.Windows1251
	default:
		return m, codes.Invalid("pg_encoding", codes.UnknownValue)
	}
	if err := settleLevel(m, charset, true); err != nil {
		return m, spelled(err)
	}
	return m, nil
}

func settleLevel(m Message, charset *charmap.Charmap, top bool) error {
	for i := range m {
		field := &m[i]
		if !checkName(field.Name, top) {
			return codes.Invalid("", codes.BadName)
		}
		if err := settleField(field, charset); err != nil {
			return within(field.Name, err)
		}
	}
	return nil
}

func settleField(field *Field, charset *charmap.Charmap) error {
	if field.Nested != nil {
		return settleLevel(field.Nested, charset, false)
	}
	if charset != nil && !utf8.ValidString(field.Value) {
		field.Sent = field.Value
		field.Value = decodeBytes(field.Sent, charset)
	}
	return checkText(field.Value)
}

// decodeBytes reads the bytes in a charset. When the charset lacks one of them it gives them back, for checkText to refuse.
func decodeBytes(bytes string, charset *charmap.Charmap) string {
	var text strings.Builder
	for i := range len(bytes) {
		r := charset.DecodeByte(bytes[i])
		if r == utf8.RuneError {
			return bytes
		}
		text.WriteRune(r)
	}
	return text.String()
}

// checkText refuses what is no text. U+FFFE and U+FFFF are no characters, and XML forbids them.
func checkText(value string) error {
	for i, r := range value {
		switch {
		case r < utf8.RuneSelf && r >= ' ' && r != 0x7f, r == '\t', r == '\n', r == '\r':
		case r == 0xfffe, r == 0xffff:
			return codes.Invalid("", codes.Undecodable)
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(value[i:]); size == 1 {
				return codes.Invalid("", codes.Undecodable)
			}
		case unicode.IsControl(r):
			return codes.Invalid("", codes.ControlCharacter)
		}
	}
	return nil
}
