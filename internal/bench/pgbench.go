package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pgbench runs it on the database and returns what it prints.
func (b TPCB) pgbench(ctx context.Context, arguments ...string) (string, error) {
	c, err := b.command(ctx, arguments)
	if err != nil {
		return "", err
	}
	out, err := c.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}

// command is not told our secrets, and tells the password of the database to
// nobody: arguments can be seen by all who use the machine.
func (b TPCB) command(ctx context.Context, arguments []string) (*exec.Cmd, error) {
	path, err := exec.LookPath("pgbench")
	if err != nil {
		installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
		if len(installed) == 0 {
			return nil, errors.New("neither on the PATH nor in /usr/lib/postgresql/*/bin")
		}
		path = installed[len(installed)-1]
	}
	address, password, err := b.address()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, path, append(arguments, address)...)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TOLEM_") {
			c.Env = append(c.Env, variable)
		}
	}
	c.Env = append(c.Env, "LC_ALL=C")
	if password != "" {
		c.Env = append(c.Env, "PGPASSWORD="+password)
	}
	return c, nil
}

// address is the URL without its password. Errors do not show it.
func (b TPCB) address() (address, password string, err error) {
	u, err := url.Parse(b.URL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", "", errors.New("want the database as postgres://USER@HOST/NAME")
	}
	for name := range u.Query() {
		if strings.HasSuffix(name, "password") {
			return "", "", errors.New("want a password before the host, in PGPASSWORD or in ~/.pgpass")
		}
	}
	if u.User != nil {
		password, _ = u.User.Password()
		u.User = url.User(u.User.Username())
	}
	return u.String(), password, nil
}
