package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"tolem/internal/pgtest"
)

// built is the directory of the binaries of this run.
var built string

func TestMain(m *testing.M) {
	var err error
	if built, err = os.MkdirTemp("", "tolem-e2e-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(built)
	pgtest.Main(m)
}

// The program under test: with the race detector when the tests run with it, and
// always without. Both are built when they are first needed.
var (
	program      = sync.OnceValues(func() (string, error) { return build("tolem", raceEnabled) })
	plainProgram = sync.OnceValues(func() (string, error) { return build("tolem-plain", false) })
)

func build(name string, race bool) (path string, err error) {
	path = filepath.Join(built, name)
	command := exec.Command("go", "build", fmt.Sprintf("-race=%t", race), "-o", path, "tolem/cmd/tolem")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", command, err, output)
	}
	return path, nil
}
