package bench

import (
	"math"
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestStatIsReadWhateverAProcessIsCalled(t *testing.T) {
	tail := " S 7 1 1 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 99 1 2"
	for _, name := range []string{"tolem", "a b", ") S 1 (", "((", "1 2 3"} {
		id, p, err := parseStat("42 (" + name + ")" + tail)
		if err != nil || id != 42 || p != (process{7, 127}) {
			t.Errorf("%s: %d %+v %v", name, id, p, err)
		}
	}
	for _, text := range []string{"", "42", "42 (x)", "42 (x) S 1 2", "42 (x) S x 1 1 0 -1 4194560 1 2 3 4 100 20 3 4"} {
		if _, _, err := parseStat(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func TestProcessesBelowAreFound(t *testing.T) {
	all := map[int64]process{1: {0, 0}, 5: {1, 0}, 6: {5, 0}, 7: {6, 0}, 8: {9, 0}, 9: {8, 0}} // 8 and 9 cannot be
	for id, want := range map[int64]bool{5: true, 6: true, 7: true, 1: false, 8: false, 99: false} {
		if got := below(all, id, []int{5}); got != want {
			t.Errorf("%d: %t", id, got)
		}
	}
}

func TestTimeAndMemoryOfThisProcessAndItsChildrenAreSeen(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("no /proc")
	}
	w := Processes{os.Getpid()}.watch()
	child := exec.Command("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	u := w.end(1000)
	if used := child.ProcessState.UserTime() + child.ProcessState.SystemTime(); u.Server < (used - 30*time.Millisecond).Seconds() {
		t.Errorf("the child took %s, seen is %.2f s", used, u.Server)
	}
	// The two are read one after the other.
	if math.Abs(u.Client-u.Server) > 0.1 {
		t.Errorf("this process is both: %+v", u)
	}
	if math.Abs(u.ClientPerCall-u.Client*1000) > 0.001 {
		t.Errorf("%.2f s for 1000 calls are not %v µs a call", u.Client, u.ClientPerCall)
	}
	if u.Memory < 1e6 {
		t.Errorf("this process has %d bytes", u.Memory)
	}
	if gone := spent(child.Process.Pid); gone != 0 {
		t.Errorf("a process that is gone has taken %d", gone)
	}
}
