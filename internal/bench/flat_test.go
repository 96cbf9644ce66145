package bench

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tolem/internal/protocol/pg"
)

func TestAFlatAnswerIsReadAsXMLIs(t *testing.T) {
	names := rapid.StringMatching(`[a-z_][a-z0-9_]{0,8}`)
	values := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9 .:-]{1,20}`))
	rapid.Check(t, func(t *rapid.T) {
		var m pg.Message
		for range rapid.IntRange(1, 12).Draw(t, "fields") {
			m = append(m, pg.Field{Name: names.Draw(t, "name"), Value: values.Draw(t, "value")})
		}
		document := pg.EncodeXML("response", m)
		want, err := pg.ParseXML(document)
		if got, ok := flat(string(document)); ok && (err != nil || cmp.Diff([]pg.Field(want), []pg.Field(got)) != "") {
			t.Errorf("%q is read as %q", document, []pg.Field(got))
		}
	})
}

func TestThePlainAnswersAreFlatAndOthersAreNot(t *testing.T) {
	for document, want := range map[string]bool{
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response><pg_status>ok</pg_status><pg_sig>ab</pg_sig></response>": true,
		"<root><a>1</a></root>":                     true,
		"<response><a>1 &amp; 2</a></response>":     false,
		"<response><a><b>1</b></a></response>":      false,
		"<response><a b=\"c\">1</a></response>":     false,
		"<response><a></a></response>":              false,
		"<response><a>1</b></response>":             false,
		"<response><a>1</a></other>":                false,
		"<response><a>1</a></response> ":            false,
		"<response><a>1</a>":                        false,
		"<response><a>1<!-- --></a></response>":     false,
		"<response><a>\x7f</a></response>":          false,
		"<response><a>тг</a></response>":            false,
		"<response>text<a>1</a></response>":         false,
		"<!DOCTYPE x><response><a>1</a></response>": false,
		"<html>": false, "": false,
	} {
		if _, ok := flat(document); ok != want {
			t.Errorf("%q: flat is %t", document, ok)
		}
	}
}
