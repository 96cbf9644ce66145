package pgtest_test

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tolem/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// number returns the single integer that query finds.
func number(t *testing.T, conn *pgx.Conn, query string) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryDatabaseIsNewAndEmpty(t *testing.T) {
	one, two := connect(t, pgtest.Database(t)), connect(t, pgtest.Database(t))
	execute(t, one, "CREATE TABLE payments (id bigint)")
	execute(t, two, "CREATE TABLE payments (id bigint)")
	execute(t, one, "INSERT INTO payments VALUES (1)")
	if n := number(t, two, "SELECT count(*) FROM payments"); n != 0 {
		t.Errorf("the other database has %d rows", n)
	}
}

func TestDatabaseGoesWithItsTest(t *testing.T) {
	t.Run("test", func(t *testing.T) { connect(t, pgtest.Database(t)) })
	conn := connect(t, pgtest.Database(t))
	if n := number(t, conn, "SELECT count(*) FROM pg_database WHERE datname LIKE 'test_%'"); n != 1 {
		t.Errorf("%d databases", n)
	}
}

func TestKilledClusterRecoversWhatWasCommitted(t *testing.T) {
	cluster, err := pgtest.StartClusterIn(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	conn := connect(t, cluster.URL("postgres"))
	if number(t, conn, "SELECT count(*) FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'on'") != 3 {
		t.Error("the cluster is not durable")
	}
	execute(t, conn, "CREATE TABLE payments (id bigint)")
	ends := []func(){cluster.Kill, cluster.Kill, cluster.Quit}
	for i, end := range ends {
		crash := i + 1
		conn = connect(t, cluster.URL("postgres"))
		execute(t, conn, fmt.Sprintf("INSERT INTO payments VALUES (%d)", crash))
		end()
		if cluster.Running() || conn.Ping(t.Context()) == nil {
			t.Error("a server that was ended answers")
		}
		if err := cluster.Restart(); err != nil {
			t.Fatal(err)
		}
		if n := number(t, connect(t, cluster.URL("postgres")), "SELECT count(*) FROM payments"); n != crash {
			t.Errorf("%d rows after %d crashes", n, crash)
		}
	}
	if err := cluster.Restart(); err != nil { // of a running server
		t.Fatal(err)
	}
	if n := number(t, connect(t, cluster.URL("postgres")), "SELECT count(*) FROM payments"); n != len(ends) {
		t.Errorf("%d rows after a restart", n)
	}
	cluster.Stop()
	if _, err := pgx.Connect(t.Context(), cluster.URL("postgres")); err == nil {
		t.Error("a stopped server takes connections")
	}
}

func TestSettingsReachTheServerAndWrongOnesAreToldInItsWords(t *testing.T) {
	cluster, err := pgtest.StartCluster("max_connections=7", "fsync=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	if n := number(t, connect(t, cluster.URL("postgres")), "SELECT setting::int FROM pg_settings WHERE name = 'max_connections'"); n != 7 {
		t.Errorf("max_connections = %d", n)
	}
	_, err = pgtest.StartCluster("no_such_setting=1")
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("error = %v", err)
	}
}

// TestVictim is run by TestKilledTestLeavesNothing in a process of its own.
func TestVictim(t *testing.T) {
	if os.Getenv("PGTEST_VICTIM") == "" {
		return
	}
	database := pgtest.Database(t)
	fmt.Println("victim:", database)
	<-time.After(time.Minute)
}

func TestKilledTestLeavesNothing(t *testing.T) {
	victim := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	victim.Env = append(os.Environ(), "PGTEST_VICTIM=1")
	output, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { victim.Process.Kill() })
	dir := socketDirectory(t, bufio.NewScanner(output))
	pid, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	server := filepath.Join("/proc", strings.SplitN(string(pid), "\n", 2)[0], "cmdline")
	if command, _ := os.ReadFile(server); !strings.Contains(string(command), dir) {
		t.Fatalf("no server runs in %s", dir)
	}

	victim.Process.Kill()
	victim.Wait()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		command, _ := os.ReadFile(server) // empty once the process is gone
		_, err := os.Stat(dir)
		if os.IsNotExist(err) && !strings.Contains(string(command), dir) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("server %q, directory %v", command, err)
		}
	}
}

func socketDirectory(t *testing.T, lines *bufio.Scanner) string {
	for lines.Scan() {
		if database, found := strings.CutPrefix(lines.Text(), "victim: "); found {
			location, err := url.Parse(database)
			if err != nil {
				t.Fatal(err)
			}
			return location.Query().Get("host")
		}
	}
	t.Fatal("the victim has no database")
	return ""
}
