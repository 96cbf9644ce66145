package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tolem/internal/pgtest"
	"tolem/internal/store"
)

// patience bounds every wait. It is no expectation: a healthy run needs a small
// part of it even on a slow machine.
const patience = 90 * time.Second

// site is the data of one installation and what was printed by the processes
// that worked on them.
type site struct {
	program  string   // path of the binary
	data     string   // --data
	database string   // where the tables are
	flags    []string // that name both
	outages  bool     // the database is taken away now and then: servers may say so
	output   string   // directory of the output files, one pair for each process
	number   int      // of the next process
}

// newSite has no data yet. With postgres its tables will be in a database of its
// own there, else in SQLite where the program puts it by default.
func newSite(t *testing.T, postgres bool) *site {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	s := &site{program: path, data: data, output: t.TempDir(), flags: []string{"--data", data}, database: "sqlite:" + filepath.Join(data, "tolem.db")}
	if postgres {
		s.keepIn(pgtest.Database(t))
	}
	return s
}

// keepIn names the database in which the tables will be.
func (s *site) keepIn(database string) {
	s.database = database
	s.flags = append(s.flags, "--database", database)
}

// unwatched makes servers run without the race detector, which makes a load thin.
func (s *site) unwatched(t *testing.T) {
	t.Helper()
	var err error
	if s.program, err = plainProgram(); err != nil {
		t.Fatal(err)
	}
}

func (s *site) onPostgres() bool { return !strings.HasPrefix(s.database, "sqlite:") }

// onBothStores runs a test for each store, side by side.
func onBothStores(t *testing.T, test func(*testing.T, *site)) {
	t.Parallel()
	for _, store := range []string{"sqlite", "postgres"} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			test(t, newSite(t, store == "postgres"))
		})
	}
}

// command prepares the program with nothing of our environment but what
// programs need to run.
func (s *site) command(arguments []string, environment ...string) *exec.Cmd {
	c := exec.Command(s.program, arguments...)
	c.Dir = s.output
	c.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.output, "TMPDIR=" + os.TempDir(),
		"GORACE=atexit_sleep_ms=0", // else the race detector lets every process linger for a second
	}, environment...)
	c.SysProcAttr = notOrphaned()
	return c
}

// run runs a command to its end, which must come, and keeps what it says on
// stderr with the rest.
func (s *site) run(t *testing.T, c *exec.Cmd) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err = c.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(patience, func() { _ = c.Process.Kill() })
	err = c.Wait()
	stop.Stop()
	name := filepath.Join(s.output, fmt.Sprintf("%03d.stderr", s.number))
	s.number++
	if failed := os.WriteFile(name, errs.Bytes(), 0o600); failed != nil {
		t.Fatal(failed)
	}
	return out.String(), errs.String(), err
}

// tolem runs a command on the site's data and returns what it printed.
func (s *site) tolem(t *testing.T, words ...string) string {
	t.Helper()
	stdout, stderr, err := s.run(t, s.command(slices.Concat(words, s.flags)))
	if err != nil {
		t.Fatalf("tolem %s: %v\n%s", words[0], err, stderr)
	}
	return stdout
}

// tell runs a command with --json and reads what it printed.
func tell[T any](t *testing.T, s *site, words ...string) (value T) {
	t.Helper()
	text := s.tolem(t, append(words, "--json")...)
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("tolem %s: %v", words[0], err)
	}
	return value
}

// refused runs the program, which must fail without a word on stdout, and
// returns what it said on stderr.
func (s *site) refused(t *testing.T, arguments ...string) string {
	t.Helper()
	stdout, stderr, err := s.run(t, s.command(arguments))
	if err == nil || stdout != "" || !strings.Contains(stderr, "tolem: ") {
		t.Fatalf("tolem %q: want a failure with its reason on stderr, got %v, stdout %q, stderr %q", arguments, err, stdout, stderr)
	}
	return stderr
}

// rows reads a whole table, past the program.
func rows[K comparable, R any](t *testing.T, database string, table *store.Table[K, R]) (all []R) {
	t.Helper()
	view(t, database, func(tx *store.Tx) (err error) {
		all, err = table.Select(t.Context(), tx, "")
		return err
	})
	return all
}

func view(t *testing.T, database string, read func(*store.Tx) error) {
	t.Helper()
	db, err := store.Open(t.Context(), database, store.Options{Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(t.Context(), read); err != nil {
		t.Fatal(err)
	}
}

// eventually waits until a condition has nothing to complain of any more.
func eventually(t *testing.T, condition func() error) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := condition()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}
