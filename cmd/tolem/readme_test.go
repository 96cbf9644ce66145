package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The README shows a call of sign and what it prints: both must be true.
func TestTheReadmesExampleOfSignIsTrue(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile(`\$ tolem (sign .+)\n    (.+)\n    ([0-9a-f]{32})\n`).FindStringSubmatch(string(readme))
	if example == nil {
		t.Fatal("there is no example of sign in the README")
	}
	var out, errs bytes.Buffer
	if err := run(t.Context(), strings.Fields(example[1]), &out, &errs); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	if want := example[2] + "\n" + example[3] + "\n"; out.String() != want {
		t.Errorf("sign prints\n%swant\n%s", out.String(), want)
	}
}

// Every command that the README names exists.
func TestTheReadmesCommandsExist(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, c := range commands() {
		known[c.name] = true
		known[strings.Fields(c.name)[0]] = true
	}
	named := regexp.MustCompile("(?:`|    |\\$ )tolem ([a-z]+(?: [a-z][a-z-]+)?)").FindAllStringSubmatch(string(readme), -1)
	if len(named) < 5 {
		t.Fatalf("only %d commands found in the README", len(named))
	}
	for _, n := range named {
		if !known[n[1]] && !known[strings.Fields(n[1])[0]] {
			t.Errorf("the README names %q, which is no command", n[1])
		}
	}
}
