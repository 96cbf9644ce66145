package pgtest

import (
	"io"
	"os/exec"
	"syscall"
)

// watch waits at the end of a pipe that only the test process holds. Told "stopped", it leaves. When the pipe closes without a word,
// the test process was killed: it shuts down the server whose process id is in the data directory, provided that this is still that
// server, and removes the cluster's directory, $1.
const watch = `
read -r word
test "$word" = stopped && exit
for _ in 1 2 3 4 5 6 7 8 9 10; do
	pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && break
	sleep 0.1
done
if { cat "/proc/$pid/cmdline" || ps -o args= -p "$pid"; } 2>/dev/null | grep -aqF -- "$1/data"; then
	kill -QUIT "$pid"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		test -e "$1/data/postmaster.pid" || break
		sleep 0.1
	done
fi
rm -rf "$1"
`

// watchdog is a shell that outlives a killed test process by a moment.
type watchdog struct {
	shell *exec.Cmd
	pipe  io.WriteCloser
}

func startWatchdog(dir string) (*watchdog, error) {
	shell := exec.Command("sh", "-c", watch, "watchdog", dir)
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the tests
	pipe, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := shell.Start(); err != nil {
		return nil, err
	}
	return &watchdog{shell, pipe}, nil
}

func (w *watchdog) dismiss() {
	io.WriteString(w.pipe, "stopped\n")
	w.pipe.Close()
	w.shell.Wait()
}
