package e2e

import "syscall"

// notOrphaned makes the kernel end a process when the tests end without having
// ended it.
func notOrphaned() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
