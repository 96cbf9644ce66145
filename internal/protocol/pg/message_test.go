package pg

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGetAndHasPassOverWhatIsEmpty(t *testing.T) {
	m := Message{{Name: "a"}, {Name: "a", Value: "1"}, {Name: "a", Value: "2"}, {Name: "b"}, {Name: "c", Nested: Message{{Name: "0", Value: "3"}}}}
	for name, want := range map[string]struct {
		value string
		has   bool
	}{"a": {"1", true}, "b": {"", false}, "c": {"", true}, "d": {"", false}} {
		if value, has := m.Get(name), m.Has(name); value != want.value || has != want.has {
			t.Errorf("%s: %q, %v, want %q, %v", name, value, has, want.value, want.has)
		}
	}
}

func TestWithAndWithoutLeaveTheMessageAlone(t *testing.T) {
	m := append(make(Message, 0, 8), Field{Name: "a", Value: "1"})
	first, second := m.With("b", "2"), m.With("c", "3")
	for want, got := range map[string]Message{"a=1": m, "a=1&b=2": first, "a=1&c=3": second, "b=2": first.Without("a")} {
		if EncodeForm(got) != want {
			t.Errorf("got %s, want %s", EncodeForm(got), want)
		}
	}
	if diff := cmp.Diff(m, m.With("d", "")); diff != "" {
		t.Errorf("an empty value was added: %s", diff)
	}
}

func TestAPrintedMessageShowsNoValues(t *testing.T) {
	const pan = "4716047261941981"
	m := Message{{Name: "pg_card_pan", Value: pan, Sent: pan}, {Name: "card", Nested: Message{{Name: "pan", Value: pan}}}}
	var printed bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&printed, verb+verb+verb+verb, m, m[0], &m[1], struct{ M Message }{m})
	}
	slog.New(slog.NewTextHandler(&printed, nil)).Info("x", "m", m, "f", m[0])
	slog.New(slog.NewJSONHandler(&printed, nil)).Info("x", "m", m, "f", m[0])
	fmt.Fprint(&printed, m, m[0], fmt.Errorf("%w: %v", ErrTooLarge, m))
	if text := printed.String(); strings.Contains(text, pan) || strings.Contains(text, fmt.Sprintf("%x", pan)) {
		t.Errorf("a value is printed: %s", text)
	}
	if got, want := m.String(), "pg.Message[pg_card_pan card]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
