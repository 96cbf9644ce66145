package bench

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// TPCB is PostgreSQL without Tolem: pgbench's own load, which is like TPC-B, as
// prepared statements from two threads.
type TPCB struct {
	URL      string // postgres://USER@HOST/NAME
	Scale    int    // of its tables: 100,000 accounts each
	Clients  int
	Duration time.Duration // pgbench takes whole seconds: it is rounded up
}

// What the load is called in the table: tpcb with 32 clients.
func (b TPCB) What() string {
	if b.Clients == 32 {
		return "tpcb"
	}
	return fmt.Sprintf("tpcb%d", b.Clients)
}

// Run makes pgbench's tables if the database has none, and measures. Tables of
// another scale are an error.
func (b TPCB) Run(ctx context.Context) (Report, error) {
	if err := b.prepare(ctx); err != nil {
		return Report{}, fmt.Errorf("pgbench: %w", err)
	}
	seconds := strconv.Itoa(int(math.Ceil(b.Duration.Seconds())))
	said, err := b.pgbench(ctx, "-n", "-M", "prepared", "-c", strconv.Itoa(b.Clients), "-j", "2", "-T", seconds)
	if err != nil {
		return Report{}, fmt.Errorf("pgbench: %w", err)
	}
	return b.read(said)
}

// prepare goes by what pgbench makes last, so tables that are not whole are made anew.
func (b TPCB) prepare(ctx context.Context) error {
	if _, _, err := b.address(); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, b.URL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	whole, scale := false, 0
	if err := conn.QueryRow(ctx, "SELECT to_regclass('pgbench_accounts_pkey') IS NOT NULL").Scan(&whole); err != nil {
		return err
	}
	if !whole {
		_, err := b.pgbench(ctx, "-i", "-q", "-s", strconv.Itoa(b.Scale))
		return err
	}
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM pgbench_branches").Scan(&scale); err != nil {
		return err
	}
	if scale != b.Scale {
		return fmt.Errorf("its tables are of scale %d, not %d", scale, b.Scale)
	}
	return nil
}

var tpcbResult = regexp.MustCompile(`(?s)transactions actually processed: (\d+).*\ntps = ([\d.]+)`)

// read reads what pgbench printed. The time that it took to connect does not count.
func (b TPCB) read(said string) (Report, error) {
	found := tpcbResult.FindStringSubmatch(said)
	if found == nil {
		return Report{}, fmt.Errorf("pgbench: no result in %q", said)
	}
	calls, err := strconv.ParseInt(found[1], 10, 64)
	if err != nil {
		return Report{}, err
	}
	rate, err := strconv.ParseFloat(found[2], 64)
	if err != nil || rate <= 0 {
		return Report{}, fmt.Errorf("pgbench: %s transactions a second", found[2])
	}
	return Report{
		Clients: b.Clients, Seconds: float64(calls) / rate, Unit: "transactions", Calls: calls, Rate: rate, Outcomes: map[string]int{"committed": int(calls)},
	}, nil
}

// Against compares rounds with pgbench's: payments called back while the load
// lasted or, where no callbacks come, calls, for each of its transactions.
func Against(tpcb, ours []Report) Values {
	ratios := make([]float64, len(ours))
	for i, r := range ours {
		rate := r.Rate
		if r.Callbacks != nil {
			rate = r.Callbacks.Rate
		}
		ratios[i] = rate / tpcb[i].Rate
	}
	return valuesOf(ratios, false)
}
