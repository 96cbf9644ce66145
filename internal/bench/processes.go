package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Processes are the ids of those that serve, the platform's server first. What
// they cost is read from /proc: without it there is nothing to tell.
type Processes []int

// ticks is how many units of /proc/*/stat are a second of processor time.
const ticks = 100

// watch is a look at processes from its beginning to its end.
type watch struct {
	processes      Processes
	client, server int64 // ticks before
	memory         int64 // bytes, the most that was seen
	stop           chan struct{}
	watching       sync.WaitGroup
}

func (p Processes) watch() *watch {
	w := &watch{processes: p, stop: make(chan struct{})}
	w.client, w.server = spent(os.Getpid()), spent(p...)
	if len(p) > 0 {
		w.watching.Go(func() {
			look := time.NewTicker(200 * time.Millisecond)
			defer look.Stop()
			for {
				w.memory = max(w.memory, resident(p[0]))
				select {
				case <-look.C:
				case <-w.stop:
					return
				}
			}
		})
	}
	return w
}

// end is what the processes, and this one, have cost since the watch began.
func (w *watch) end(calls int64) *Usage {
	close(w.stop)
	w.watching.Wait()
	u := &Usage{
		Client: float64(spent(os.Getpid())-w.client) / ticks,
		Server: float64(spent(w.processes...)-w.server) / ticks, Memory: w.memory,
	}
	if u.ClientPerCall = 0; calls > 0 {
		u.ClientPerCall = u.Client / float64(calls) * 1e6
	}
	return u
}

// process is what /proc tells of one.
type process struct{ parent, ticks int64 }

// spent is the processor time of processes and all below them, those included
// that have ended and that a living one waited for.
func spent(roots ...int) (total int64) {
	if len(roots) == 0 {
		return 0
	}
	all := map[int64]process{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		if id, p, err := parseStat(string(text)); err == nil {
			all[id] = p
		}
	}
	for id := range all {
		if below(all, id, roots) {
			total += all[id].ticks
		}
	}
	return total
}

func below(all map[int64]process, id int64, roots []int) bool {
	for range len(all) { // a chain is no longer than that
		for _, root := range roots {
			if id == int64(root) {
				return true
			}
		}
		p, ok := all[id]
		if !ok {
			return false
		}
		id = p.parent
	}
	return false
}

// parseStat reads /proc/PID/stat. The name, in brackets, may hold anything.
func parseStat(text string) (id int64, p process, err error) {
	head, tail := strings.Index(text, " ("), strings.LastIndex(text, ") ")
	if head < 0 || tail < head {
		return 0, p, fmt.Errorf("stat: no name in brackets")
	}
	fields := strings.Fields(text[tail+2:])
	if len(fields) < 15 {
		return 0, p, fmt.Errorf("stat: %d fields", len(fields))
	}
	number := func(field string) (n int64) {
		if err == nil {
			n, err = strconv.ParseInt(field, 10, 64)
		}
		return n
	}
	id, p.parent = number(text[:head]), number(fields[1])
	for _, field := range fields[11:15] { // user, system, and both of children that were waited for
		p.ticks += number(field)
	}
	return id, p, err
}

// resident is a process's memory in bytes, 0 for one that is not there.
func resident(id int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", id))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
