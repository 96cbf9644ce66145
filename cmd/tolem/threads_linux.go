package main

import (
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// usualSlack is how much later than asked for Linux may wake a thread, patientSlack what
	// we allow it. Under load Go's monitor asks to be woken after 20 µs again and again, which
	// at the usual slack takes a twentieth of the server's processor time.
	usualSlack, patientSlack = 50 * time.Microsecond, time.Millisecond

	// threadsAreSet is the variable that tells a program that it is the one started anew.
	threadsAreSet = "TOLEM_THREADS_ARE_SET"
)

// setThreads lets no thread of this process that wakes up interrupt another process
// (SCHED_BATCH): a call that has come in waits until the database beside it has done
// the batch that it works on, for which all earlier calls wait. And it lets timers be
// late by patientSlack. What somebody has chosen for the process stays.
//
// Some of Go's threads are older than main. They have what the process was started
// with, so the program starts itself anew, as the same process. Therefore this comes
// before anything is read, which may be there once only, and does not return when it
// has changed something.
func setThreads() error {
	if _, done := os.LookupEnv(threadsAreSet); done {
		return os.Unsetenv(threadsAreSet)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if changed, err := setThread(); err != nil || !changed {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return os.NewSyscallError("execve", syscall.Exec(program, os.Args, append(os.Environ(), threadsAreSet+"=yes")))
}

// setThread is setThreads for the thread that calls it, and all that come of it.
func setThread() (changed bool, err error) {
	scheduling, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		return false, os.NewSyscallError("sched_getattr", err)
	}
	if scheduling.Policy == unix.SCHED_NORMAL {
		batch := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_BATCH, Nice: scheduling.Nice}
		if err := unix.SchedSetAttr(0, &batch, 0); err != nil {
			return false, os.NewSyscallError("sched_setattr", err)
		}
		changed = true
	}
	slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err == nil && time.Duration(slack) == usualSlack {
		err = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(patientSlack), 0, 0, 0)
		changed = true
	}
	return changed, os.NewSyscallError("prctl", err)
}
