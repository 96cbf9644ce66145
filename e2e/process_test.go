package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is a server that runs on a site's data.
type process struct {
	URL    string // once it is ready
	cmd    *exec.Cmd
	stdout string // path of the file
	stderr string
	exited chan struct{} // closed when it has ended, with the error in err
	err    error

	launched time.Time
	took     time.Duration // until it was ready
	outages  bool          // as of its site
}

var readyLine = regexp.MustCompile(`(?m)^listening on (http://\S+)$`)

// trouble is what no server may ever say; late is what it may say on a machine
// that is too busy for the short leases of these tests, outage when its database
// is taken away: that an error is the database's own, whatever it was doing.
var (
	trouble = regexp.MustCompile(`(?m)^.*(DATA RACE|panic|level=ERROR).*$`)
	late    = regexp.MustCompile(`msg="(lease not renewed|effects not taken up)" error=".*(context deadline exceeded|another node took this one for dead)"`)
	outage  = regexp.MustCompile(`level=ERROR .* error=.*(failed to connect|unexpected EOF|broken pipe|connection reset|conn closed|SQLSTATE (08|53|57|58)` +
		`|database or disk is full|disk I/O error|deadline exceeded)`)
)

// start starts a server on a free loopback port and returns when it is ready. It
// is killed with the test.
func (s *site) start(t *testing.T, flags ...string) *process {
	t.Helper()
	p := s.launch(t, s.serve(flags...))
	p.ready(t)
	return p
}

// serve are the arguments of a server on the site's data.
func (s *site) serve(flags ...string) []string {
	return slices.Concat([]string{"serve", "--listen", "127.0.0.1:0"}, s.flags, flags)
}

// launch starts a server and does not wait for it.
func (s *site) launch(t *testing.T, arguments []string, environment ...string) *process {
	t.Helper()
	c := s.command(arguments, environment...)
	path := filepath.Join(s.output, fmt.Sprintf("%03d", s.number))
	s.number++
	p := &process{cmd: c, stdout: path + ".stdout", stderr: path + ".stderr", exited: make(chan struct{}), outages: s.outages}
	stdout, err := os.Create(p.stdout)
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	stderr, err := os.Create(p.stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	c.Stdout, c.Stderr = stdout, stderr
	p.launched = time.Now()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = c.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() { p.bury(t) })
	return p
}

// ready waits for the ready line.
func (p *process) ready(t *testing.T) {
	t.Helper()
	eventually(t, func() error {
		if found := readyLine.FindStringSubmatch(read(t, p.stdout)); found != nil {
			p.URL, p.took = found[1], time.Since(p.launched)
			return nil
		}
		select {
		case <-p.exited:
			t.Fatalf("the server did not start: %v\n%s", p.err, read(t, p.stderr))
		default:
		}
		return errors.New("the server is not ready")
	})
}

// stop asks the server to end. It must do so in an orderly way.
func (p *process) stop(t *testing.T) {
	t.Helper()
	p.signal(t, syscall.SIGTERM)
	p.ended(t)
}

// ended waits for the end of a server that was asked to end.
func (p *process) ended(t *testing.T) {
	t.Helper()
	select {
	case <-p.exited:
	case <-time.After(patience):
		t.Fatal("the server does not end")
	}
	if p.err != nil {
		t.Fatalf("the server ended with %v\n%s", p.err, read(t, p.stderr))
	}
}

// kill ends the server at once, wherever it is.
func (p *process) kill(t *testing.T) {
	t.Helper()
	p.signal(t, syscall.SIGKILL)
	<-p.exited
}

func (p *process) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatalf("the server has ended: %v\n%s", err, read(t, p.stderr))
	}
}

// bury makes sure of the process's end and reads what it said in its life.
func (p *process) bury(t *testing.T) {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.exited
	overhear(t, p.stderr, p.outages)
}

// overhear reads what a server said on stderr in its life.
func overhear(t *testing.T, stderr string, outages bool) {
	said := read(t, stderr)
	found := slices.DeleteFunc(trouble.FindAllString(said, -1), func(line string) bool {
		return late.MatchString(line) || outages && outage.MatchString(line)
	})
	if len(found) > 0 {
		t.Errorf("a server said:\n%s", strings.Join(found[:min(len(found), 5)], "\n"))
	}
	if t.Failed() && said != "" {
		t.Logf("%s ends with:\n%s", filepath.Base(stderr), said[max(0, len(said)-2000):])
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
