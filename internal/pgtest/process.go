package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	startTimeout = 60 * time.Second
	pollInterval = 20 * time.Millisecond
)

// start launches the server until it runs: after a Kill, the processes of the old one may for a moment keep the new one from starting.
func (c *Cluster) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		err := c.launch(ctx)
		if !errors.Is(err, errOldProcesses) {
			return err
		}
		time.Sleep(pollInterval)
	}
}

var errOldProcesses = errors.New("processes of the killed server are still there")

func (c *Cluster) launch(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	before, err := log.Stat()
	if err != nil {
		return err
	}
	arguments := []string{"-D", c.data(), "-k", c.dir, "-c", "listen_addresses="}
	for _, setting := range c.settings {
		arguments = append(arguments, "-c", setting)
	}
	server, exited := c.command("postgres", arguments...), make(chan struct{})
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		return err
	}
	c.server, c.exited = server, exited
	go func() {
		server.Wait()
		close(exited)
	}()
	err = c.awaitConnections(ctx)
	if err == nil {
		return nil
	}
	said, _ := os.ReadFile(log.Name())
	said = said[min(int(before.Size()), len(said)):]
	if bytes.Contains(said, []byte("pre-existing shared memory block")) && ctx.Err() == nil {
		return errOldProcesses
	}
	return fmt.Errorf("%w; the server's log:\n%s", err, strings.TrimSpace(string(said)))
}

func (c *Cluster) awaitConnections(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, c.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.exited:
			return errors.New("the server ended at its start")
		case <-ctx.Done():
			return err
		case <-time.After(pollInterval):
		}
	}
}

// command runs a program of PostgreSQL as the server's user and with none of the PG variables of the environment.
func (c *Cluster) command(program string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(c.bin, program), arguments...)
	command.Dir = c.dir
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.account, Setpgid: true} // Ctrl-C is for the tests
	return command
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Running tells whether the server has not ended, by a Kill, a Quit or by itself.
func (c *Cluster) Running() bool {
	if c.server == nil {
		return false
	}
	select {
	case <-c.exited:
		return false
	default:
		return true
	}
}

// children returns the processes that pid started, where Linux tells them; elsewhere they notice the end of the server by themselves.
func children(pid int) (pids []int) {
	list, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, field := range strings.Fields(string(list)) {
		if child, err := strconv.Atoi(field); err == nil {
			pids = append(pids, child)
		}
	}
	return pids
}
