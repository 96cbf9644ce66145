package pgtest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the cluster of this test process's databases. It need not survive a crash, so it never waits for the disk.
var shared = struct {
	sync.Mutex
	cluster *Cluster
	count   atomic.Int64
}{}

// Database returns the URL of a new and empty database for one test, which is dropped when the test ends. The first call starts a
// cluster for the whole test process.
func Database(t testing.TB) string {
	t.Helper()
	cluster, err := sharedCluster()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test_%d", shared.count.Add(1))
	if err := administer(cluster, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := administer(cluster, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return cluster.URL(name)
}

// Main is for a TestMain: it runs the tests and returns when the cluster of [Database], if any, is gone. Without it the cluster goes a
// moment after the test process.
func Main(m *testing.M) {
	m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		shared.cluster.Stop()
	}
}

func sharedCluster() (*Cluster, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil {
		cluster, err := StartCluster("fsync=off", "synchronous_commit=off", "full_page_writes=off")
		if err != nil {
			return nil, err
		}
		shared.cluster = cluster
	}
	return shared.cluster, nil
}

func administer(cluster *Cluster, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, cluster.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
