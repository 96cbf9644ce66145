//go:build !linux

package e2e

import "syscall"

// notOrphaned does nothing where no kernel can watch over the process.
func notOrphaned() *syscall.SysProcAttr { return nil }
