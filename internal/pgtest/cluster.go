package pgtest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const stopTimeout = 20 * time.Second

// fast is PostgreSQL's "fast shutdown": connections are cut, and what was committed is written to its place.
const fast = syscall.SIGINT

// Cluster is one PostgreSQL server with its databases. Its methods are for one goroutine at a time.
type Cluster struct {
	dir      string // a temporary directory: data/, log and the server's socket
	bin      string
	account  *syscall.Credential
	settings []string

	server   *exec.Cmd
	exited   chan struct{} // closed when server has ended
	watchdog *watchdog
}

// StartCluster makes a cluster and starts it; the caller must Stop it. A user called postgres connects without a password. The server
// is small (32 MB of buffers, 200 connections) and as durable as PostgreSQL is by default; settings such as "fsync=off" change that.
func StartCluster(settings ...string) (*Cluster, error) { return StartClusterIn("", settings...) }

// StartClusterIn is StartCluster with the cluster's files below a directory, which anybody may enter; "" is where temporary files go.
func StartClusterIn(parent string, settings ...string) (*Cluster, error) {
	bin, err := findServer()
	if err != nil {
		return nil, err
	}
	account, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, "tolem-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin, account: account, settings: append([]string{"shared_buffers=32MB", "max_connections=200"}, settings...)}
	if err = c.create(); err == nil {
		err = c.start()
	}
	if err != nil {
		c.Stop()
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	return c, nil
}

// create makes the data directory, guarded from here on by the watchdog.
func (c *Cluster) create() (err error) {
	if c.watchdog, err = startWatchdog(c.dir); err != nil {
		return err
	}
	if c.account != nil {
		if err := os.Chown(c.dir, int(c.account.Uid), int(c.account.Gid)); err != nil {
			return err
		}
	}
	initdb := c.command("initdb", "--pgdata", c.data(), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return nil
}

// URL returns the connection string of a database of the cluster; "postgres" is always there. Its host is the
// directory of a Unix socket.
func (c *Cluster) URL(database string) string {
	socket := url.Values{"host": {c.dir}, "port": {"5432"}}
	location := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/" + database, RawQuery: socket.Encode()}
	return location.String()
}

// Stop ends the server, cutting its connections, and removes the cluster for good.
func (c *Cluster) Stop() {
	c.shutDown(fast)
	if c.watchdog != nil {
		c.watchdog.dismiss()
	}
	os.RemoveAll(c.dir)
}

// Kill ends all processes of the server at once (SIGKILL), as a crash would.
func (c *Cluster) Kill() {
	if !c.Running() {
		return
	}
	c.server.Process.Signal(syscall.SIGSTOP) // so that it has no more children than those read next
	for _, child := range children(c.server.Process.Pid) {
		syscall.Kill(child, syscall.SIGKILL)
	}
	c.server.Process.Kill()
	<-c.exited
}

// Restart starts the server again, after a Kill or else an orderly end, and returns when it has recovered and takes connections.
func (c *Cluster) Restart() error {
	c.shutDown(fast)
	if err := c.start(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

// Quit ends the server at once by its own "immediate shutdown": it aborts, writes nothing more, and recovers at its next start.
func (c *Cluster) Quit() { c.shutDown(syscall.SIGQUIT) }

func (c *Cluster) shutDown(how syscall.Signal) {
	if !c.Running() {
		return
	}
	c.server.Process.Signal(how)
	select {
	case <-c.exited:
	case <-time.After(stopTimeout):
		c.Kill()
	}
}
