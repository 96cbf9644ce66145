package store

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// impatient ends a connection whose data nobody acknowledges for as long as silent says. Linux
// would send it again for a quarter of an hour, and asks nothing else meanwhile.
func impatient(network, _ string, c syscall.RawConn) (err error) {
	if network == "unix" {
		return nil
	}
	failed := c.Control(func(socket uintptr) {
		err = unix.SetsockoptInt(int(socket), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(silent.Milliseconds()))
	})
	if failed != nil {
		return failed
	}
	return err
}
