package pg

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"
)

// The two fields of the signature itself.
const (
	saltField = "pg_salt"
	sigField  = "pg_sig"
)

// UnsignedField is the one field that a message may carry outside its signature, because an official plugin adds it after signing (R6).
// Whoever stores or echoes a merchant's own fields leaves it out; [Extras] does.
const UnsignedField = "subscription_type"

// Script is the script name of a signature: what follows the last "/" of a path or URL as the caller spelled it, ended by "?" (R3).
// A URL that ends in "/" or has no path gives the empty name.
func Script(path string) string {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	if scheme, rest, isURL := strings.Cut(path, "://"); isURL && !strings.Contains(scheme, "/") {
		if _, path, isURL = strings.Cut(rest, "/"); !isURL {
			return ""
		}
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

// StringToSign joins script, values in natural order (empty ones kept) and secret with ";" (spec 01, 1.4). It may hold a card number and
// always holds the secret: never log it (S6).
func StringToSign(script string, m Message, secret string) string {
	return string(joined(script, natural(m), secret))
}

// Sign returns the pg_sig of a message: the MD5 of [StringToSign] in lower-case hex. A pg_sig in m takes no part.
func Sign(script string, m Message, secret string) string {
	sum := md5.Sum(joined(script, natural(m), secret))
	return hex.EncodeToString(sum[:])
}

// Seal returns the message with pg_salt and pg_sig at its end, in place of those it may have; salt is a [NewSalt]. m is not changed.
func Seal(script string, m Message, secret, salt string) Message {
	sealed := make(Message, 0, len(m)+2)
	for _, field := range m {
		if field.Name != saltField && field.Name != sigField {
			sealed = append(sealed, field)
		}
	}
	sealed = append(sealed, Field{Name: saltField, Value: salt})
	return append(sealed, Field{Name: sigField, Value: Sign(script, sealed, secret)})
}

// Verify reports whether pg_sig fits the message. The values are tried in the orders N, D and L, each with empty values kept and dropped
// (R4), in constant time and whatever the case of the digits. A message without exactly one pg_sig and one pg_salt of 1 to 255 characters
// never fits (R7), nor does an empty secret. When nothing fits, it is tried again without [UnsignedField].
func Verify(script string, m Message, secret string) bool {
	salt, sig := single(m, saltField), single(m, sigField)
	if n := utf8.RuneCountInString(salt); n < 1 || n > 255 || secret == "" {
		return false
	}
	want, err := hex.DecodeString(sig)
	if err != nil || len(want) != md5.Size {
		return false
	}
	if fits(script, m, secret, want) {
		return true
	}
	signed := m.Without(UnsignedField)
	return len(signed) < len(m) && fits(script, signed, secret, want)
}

// single is the text of a field that stands in the message exactly once, or "".
func single(m Message, name string) string {
	value, count := "", 0
	for i := range m {
		if m[i].Name == name {
			value = m[i].signed()
			count++
		}
	}
	if count != 1 {
		return ""
	}
	return value
}

// fits tries the six readings of R4, leaving out those that come to the same sequence of values as the one before.
func fits(script string, m Message, secret string, want []byte) bool {
	var last []string
	for _, order := range orders {
		values := order(m)
		if last != nil && slices.Equal(values, last) {
			continue
		}
		last = values
		if equal(joined(script, values, secret), want) {
			return true
		}
		if slices.Contains(values, "") && equal(joined(script, dropEmpty(values), secret), want) {
			return true
		}
	}
	return false
}

func dropEmpty(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(value string) bool { return value == "" })
}

func equal(text, want []byte) bool {
	sum := md5.Sum(text)
	return subtle.ConstantTimeCompare(sum[:], want) == 1
}

func joined(script string, values []string, secret string) []byte {
	size := len(script) + len(secret) + len(values) + 1
	for _, value := range values {
		size += len(value)
	}
	text := append(make([]byte, 0, size), script...)
	for _, value := range values {
		text = append(append(text, ';'), value...)
	}
	return append(append(text, ';'), secret...)
}

// NewSalt returns 16 random characters of [A-Za-z0-9], as the real server sends them (R7).
func NewSalt() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	salt := make([]byte, 0, 16)
	var random [24]byte
	for {
		rand.Read(random[:])
		for _, b := range random {
			// Six bits give 64 numbers; those without a letter are thrown away, so that every letter is equally likely.
			if b &= 63; int(b) < len(alphabet) {
				salt = append(salt, alphabet[b])
			}
			if len(salt) == cap(salt) {
				return string(salt)
			}
		}
	}
}
