package main

import (
	"os"
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// TestEveryThreadYields: those that were there, and those that come, but for one whose policy
// was chosen.
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
	chosen := make(chan int)
	go func() {
		runtime.LockOSThread()
		if err := unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0); err != nil {
			t.Error(err)
		}
		chosen <- unix.Gettid()
		<-end
	}()
	idle := <-chosen
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
		want := uint32(unix.SCHED_BATCH)
		if id == idle {
			want = unix.SCHED_IDLE
		}
		if attr, err := unix.SchedGetAttr(id, 0); err != unix.ESRCH && (err != nil || attr.Policy != want) {
			t.Errorf("thread %d: %+v %v, want policy %d", id, attr, err, want)
		}
	}
}
