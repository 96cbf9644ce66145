package merchantapi_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// A scene is one case of a fixture file; testdata/README.md tells how to write one.
type scene struct {
	title     string
	line      int
	prepare   []string // what happens before the call
	call      string   // "POST /api/reg2reg signed by purchase", "again", or "" for none
	fields    []string // "name=value", "-name" to leave out a field of the call before
	ruler     string   // "200 signed by payout"
	answer    []string // the fields of the answer, or what it says besides
	refusals  bool     // answer lines are "change -> code description", each a call of its own
	transfers []string
	later     bool // transfers may come now, and are compared with those of the next case
}

// readScenes reads a fixture file.
func readScenes(t *testing.T, path string) []scene {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var scenes []scene
	part := ""
	for i, line := range strings.Split(string(text), "\n") {
		at := fmt.Sprintf("%s:%d", path, i+1)
		if title, ok := strings.CutPrefix(line, "=== "); ok {
			scenes, part = append(scenes, scene{title: title, line: i + 1}), "prepare"
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if len(scenes) == 0 {
			t.Fatalf("%s: text before the first ===", at)
		}
		s := &scenes[len(scenes)-1]
		if ruler, ok := strings.CutPrefix(line, "--- "); ok {
			part = s.rule(ruler)
			continue
		}
		switch part {
		case "prepare":
			if isCall(line) {
				s.call, part = line, "fields"
			} else {
				s.prepare = append(s.prepare, line)
			}
		case "fields":
			s.fields = append(s.fields, line)
		case "answer":
			s.answer = append(s.answer, line)
		case "books":
			s.transfers = append(s.transfers, line)
		}
	}
	return scenes
}

func isCall(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return word == "again" || word == "GET" || word == "POST" || word == "PUT"
}

// rule takes in a ruler and tells what follows it.
func (s *scene) rule(ruler string) (part string) {
	if s.later = ruler == "books later"; s.later || ruler == "books" {
		return "books"
	}
	s.ruler, s.refusals = strings.CutPrefix(ruler, "each ")
	return "answer"
}
