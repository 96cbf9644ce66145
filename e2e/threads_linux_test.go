package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// manner is how Linux schedules a thread and how late it may wake it.
type manner struct {
	policy uint32
	slack  time.Duration
}

// manners counts the threads of a process by their manner.
func (p *process) manners(t *testing.T) map[manner]int {
	t.Helper()
	directory := fmt.Sprintf("/proc/%d/task", p.cmd.Process.Pid)
	threads, err := os.ReadDir(directory)
	if err != nil || len(threads) < 4 {
		t.Fatalf("%d threads, %v", len(threads), err)
	}
	found := map[manner]int{}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			t.Fatal(err)
		}
		scheduling, err := unix.SchedGetAttr(id, 0)
		if err != nil {
			t.Fatal(err)
		}
		slack, err := strconv.Atoi(strings.TrimSpace(read(t, fmt.Sprintf("/proc/%d/timerslack_ns", id))))
		if err != nil {
			t.Fatal(err)
		}
		found[manner{scheduling.Policy, time.Duration(slack)}]++
	}
	return found
}

// Also those of Go's threads that are older than main, unless somebody has chosen
// something else for the process.
func TestEveryThreadLetsTheDatabaseGoFirst(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root is told the timer slack of another process")
	}
	t.Run("as it is", func(t *testing.T) {
		p := newSite(t, false).start(t)
		want := manner{unix.SCHED_BATCH, time.Millisecond}
		if found := p.manners(t); len(found) != 1 || found[want] == 0 {
			t.Errorf("%v", found)
		}
		p.stop(t)
	})
	t.Run("as somebody has chosen", func(t *testing.T) {
		runtime.LockOSThread() // and the thread ends with the test
		if err := unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0); err != nil {
			t.Fatal(err)
		}
		if err := unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(70*time.Microsecond), 0, 0, 0); err != nil {
			t.Fatal(err)
		}
		p := newSite(t, false).start(t)
		want := manner{unix.SCHED_IDLE, 70 * time.Microsecond}
		if found := p.manners(t); len(found) != 1 || found[want] == 0 {
			t.Errorf("%v", found)
		}
		p.stop(t)
	})
}

// A server that starts itself anew has read nothing before: what comes through a pipe
// comes once.
func TestConfigurationMayComeThroughAPipe(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	pipe := filepath.Join(s.output, "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(pipe, []byte("log-format = json\nlog-level = debug\n"), 0) }()
	p := s.start(t, "--config", pipe)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	p.stop(t)
	if log := read(t, p.stderr); !strings.HasPrefix(log, "{") {
		t.Errorf("it did not hear of the format of its log:\n%s", log)
	}
}
