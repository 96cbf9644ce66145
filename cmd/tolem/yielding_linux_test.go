package main

import (
	"os"
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// TestEveryThreadYields: those that were there, and those that come.
func TestEveryThreadYields(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	threads := func() {
		ready := make(chan struct{})
		for range 8 {
			go func() {
				runtime.LockOSThread()
				ready <- struct{}{}
				<-end
			}()
		}
		for range 8 {
			<-ready
		}
	}
	threads()
	if err := yieldToDatabase(); err != nil {
		t.Fatal(err)
	}
	threads()
	found, err := os.ReadDir("/proc/self/task")
	if err != nil || len(found) < 16 {
		t.Fatalf("%d threads, %v", len(found), err)
	}
	for _, thread := range found {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			t.Fatal(err)
		}
		if attr, err := unix.SchedGetAttr(id, 0); err != unix.ESRCH && (err != nil || attr.Policy != unix.SCHED_BATCH) {
			t.Errorf("thread %d: %+v %v", id, attr, err)
		}
	}
}
