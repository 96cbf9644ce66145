package main

import (
	"strings"
	"testing"
	"time"
)

// FuzzConfig: a file gives values to flags that there are, each as it stands after its "="; and a file is not read in part.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{"data = x\nno-such = 1", "listen = 127.0.0.1:80\n# note\n\nvault-key=a=b", "listen", "no-such = 1", "=", "a\x00 = b", "\ufefflisten = x", "json = true\r\n"} {
		f.Add(seed)
	}
	known := newOptions("", terminal{}).withServer().withJSON()
	f.Fuzz(func(t *testing.T, text string) {
		values, wrong := parseConfig(text, known)
		if wrong > 0 && len(values) > 0 {
			t.Fatalf("line %d is wrong, and %v", wrong, values)
		}
		for name, value := range values {
			if known.Lookup(name) == nil && name != "vault-key" || strings.TrimSpace(value) != value || strings.Contains(value, "\n") || !strings.Contains(text, value) {
				t.Errorf("%q = %q", name, value)
			}
		}
	})
}

// FuzzSchedule: a schedule never goes back and is the same when it is read as it is written.
func FuzzSchedule(f *testing.F) {
	for _, seed := range []string{"0,30m,1h", "0", "", "1s,0", "-1s", "9999999h", "0, 1ms ,2µs"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s, again schedule
		if err := s.Set(text); err != nil {
			if s != nil {
				t.Fatalf("%q is refused, and read as %v", text, s)
			}
			return
		}
		before := time.Duration(0)
		for _, at := range s {
			if at < before {
				t.Fatalf("%q goes back", text)
			}
			before = at
		}
		if err := again.Set(s.String()); err != nil || again.String() != s.String() || len(s) == 0 {
			t.Errorf("%q is read as %v and again as %v, %v", text, &s, &again, err)
		}
	})
}
