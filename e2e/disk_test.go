package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestAFullDiskIsAnsweredAndSurvived takes the last byte of the disk on which
// SQLite keeps its files. Calls are answered that their outcome is unknown, and
// when there is room again the server goes on by itself; in the end nothing is
// lost and nothing was paid twice.
func TestAFullDiskIsAnsweredAndSurvived(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 64+16**faults)
	seed, random := choices(t, "faults", *faults, 10*time.Second)
	s := newSite(t, false)
	s.keepIn("sqlite:" + filepath.Join(disk, "tolem.db"))
	s.outages = true
	s.unwatched(t)
	p := s.start(t, loaded("--effect-lease", "1s")...)
	w := newTraffic(t, seed, 6, p)
	var working stopwatch
	for range *faults {
		pause(random, 1000)
		w.goesOn(t)
		makeRoom := fill(t, disk)
		w.complained(t)
		pause(random, 1000)
		makeRoom()
		working = append(working, w.goesOn(t))
	}
	t.Logf("the server answers after there is room again: %s", working)
	w.finish(t)
	w.audit(t, s, p)
}

// TestAFullDiskOfPostgreSQLIsAnsweredAndSurvived is the same with the disk of
// PostgreSQL. That refuses statements first, and crashes when it cannot write its
// log; when it has ended for good, it is started again once there is room. The
// server is not.
func TestAFullDiskOfPostgreSQLIsAnsweredAndSurvived(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 256+16**faults)
	seed, random := choices(t, "faults", *faults, 15*time.Second)
	s, cluster := onCluster(t, disk, "min_wal_size=32MB", "max_wal_size=64MB")
	p := s.start(t, loaded("--effect-lease", "1s")...)
	neverForgets(t, s)
	w := newTraffic(t, seed, 6, p)
	var working stopwatch
	ended := 0
	for range *faults {
		pause(random, 1000)
		w.goesOn(t)
		makeRoom := fill(t, disk)
		w.complained(t)
		exhaustLog(t, s)
		pause(random, 1000)
		makeRoom()
		began, before := time.Now(), w.answered.Load()
		eventually(t, func() error {
			if !cluster.Running() {
				ended++
				return cluster.Restart()
			}
			if w.answered.Load() == before {
				return errors.New("no call is answered though there is room again")
			}
			return nil
		})
		working = append(working, time.Since(began))
	}
	t.Logf("PostgreSQL ended %d times; the server answers after there is room again: %s", ended, working)
	w.finish(t)
	w.audit(t, s, p)
}

// complained waits until some calls were answered that their outcome is unknown.
func (w *traffic) complained(t *testing.T) {
	t.Helper()
	before := w.unknown.Load()
	eventually(t, func() error {
		if n := w.unknown.Load() - before; n < 10 {
			return fmt.Errorf("%d calls were answered that their outcome is unknown", n)
		}
		return nil
	})
}

// exhaustLog makes PostgreSQL begin new files of its log until it has no room for
// one more, and crashes.
func exhaustLog(t *testing.T, s *site) {
	t.Helper()
	eventually(t, func() error {
		c, err := pgx.Connect(t.Context(), s.database)
		if err != nil {
			return nil
		}
		defer c.Close(t.Context())
		if _, err = c.Exec(t.Context(), "SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()"); err == nil {
			return errors.New("PostgreSQL still has room for its log")
		}
		return nil
	})
}

// smallDisk is a file system of some megabytes in memory that goes with the test.
// Only root can have one, on Linux.
func smallDisk(t *testing.T, megabytes int) (directory string) {
	t.Helper()
	directory, err := os.MkdirTemp("", "tolem-disk-") // open to PostgreSQL's user, unlike t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(directory) })
	if output, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm,mode=1777", megabytes), "tolem", directory).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: this needs root on Linux, who may mount a small file system: %v %s", err, output)
	}
	t.Cleanup(func() {
		if output, err := exec.Command("umount", "--lazy", directory).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, output)
		}
	})
	return directory
}

// fill takes all that is free on a disk until its room is made again.
func fill(t *testing.T, disk string) (makeRoom func()) {
	t.Helper()
	ballast, err := os.Create(filepath.Join(disk, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 1<<20); len(block) > 0; {
		switch _, err := ballast.Write(block); {
		case errors.Is(err, syscall.ENOSPC):
			block = block[:len(block)/2]
		case err != nil:
			t.Fatal(err)
		}
	}
	return func() {
		if err := errors.Join(ballast.Close(), os.Remove(ballast.Name())); err != nil {
			t.Error(err)
		}
	}
}
