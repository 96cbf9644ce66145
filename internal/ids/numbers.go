package ids

import (
	"context"
	"sync"
	"time"

	"tolem/internal/store"
)

// Numbers issues numbers of one sequence that is shared by all nodes. A node
// reserves a block at a time, so that no payment waits for a database sequence;
// what is left of a block when the node stops is never used. Numbers are unique,
// rising within a node, and short: they start at ten million and stay below
// 2^31 as long as fewer than two billion were issued, because mobile SDKs read
// them into 32 bits (R17).
type Numbers struct {
	db    *store.DB
	name  string
	block int64

	mu         sync.Mutex
	next, last int64 // issue next while next < last
}

// first is the number that a sequence starts with.
const first = 10_000_001

// NewNumbers is a node's source for the named sequence, block numbers at a time.
func NewNumbers(db *store.DB, name string, block int64) *Numbers {
	return &Numbers{db: db, name: name, block: block}
}

// reserveLimit bounds one reservation, for which all callers wait.
const reserveLimit = 10 * time.Second

// Next is a number that nobody else gets. A caller that gives up does not spoil
// the block for those who wait with it.
func (n *Numbers) Next(ctx context.Context) (int64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == n.last {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reserveLimit)
		defer cancel()
		last, err := n.reserve(ctx)
		if err != nil {
			return 0, err
		}
		n.next, n.last = last-n.block, last
	}
	n.next++
	return n.next - 1, nil
}

// reserve takes a block and returns where it ends. It is this node's only when
// the commit is certain.
func (n *Numbers) reserve(ctx context.Context) (last int64, err error) {
	err = n.db.Update(ctx, func(tx *store.Tx) error {
		return tx.Query(ctx, `INSERT INTO number_block (name, next) VALUES ($1, CAST($2 AS BIGINT) + CAST($3 AS BIGINT))
			ON CONFLICT (name) DO UPDATE SET next = number_block.next + CAST($3 AS BIGINT)
			RETURNING next`, []any{n.name, int64(first), n.block},
			func(scan func(...any) error) error { return scan(&last) })
	})
	return last, err
}
