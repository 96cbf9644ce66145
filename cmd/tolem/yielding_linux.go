package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// yieldToDatabase lets no thread of this process that wakes up interrupt another
// process (SCHED_BATCH): a call that has come in waits until the database beside it
// has done the batch that it works on, for which all earlier calls wait. Where cores
// are idle, or the database is on another machine, it changes nothing. A policy that
// somebody has chosen for the process stays.
func yieldToDatabase() error {
	// Threads that come meanwhile have the policy of the one that made them.
	for changed := true; changed; {
		changed = false
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, thread := range threads {
			id, err := strconv.Atoi(thread.Name())
			if err != nil {
				return err
			}
			switch done, err := batch(id); {
			case err == unix.ESRCH: // it has ended
			case err != nil:
				return os.NewSyscallError("sched_setattr", err)
			case done:
				changed = true
			}
		}
	}
	return nil
}

// batch gives a thread the policy, unless it has another than the usual one.
func batch(thread int) (changed bool, err error) {
	now, err := unix.SchedGetAttr(thread, 0)
	if err != nil || now.Policy != unix.SCHED_NORMAL {
		return false, err
	}
	return true, unix.SchedSetAttr(thread, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_BATCH, Nice: now.Nice}, 0)
}
