package ids

import (
	"context"
	"sync"

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

// Next is a number that nobody else gets.
func (n *Numbers) Next(ctx context.Context) (int64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == n.last {
		if err := n.reserve(context.WithoutCancel(ctx)); err != nil {
			return 0, err
		}
	}
	n.next++
	return n.next - 1, nil
}

func (n *Numbers) reserve(ctx context.Context) error {
	return n.db.Update(ctx, func(tx *store.Tx) error {
		return tx.Query(ctx, `INSERT INTO number_block (name, next) VALUES ($1, CAST($2 AS BIGINT) + CAST($3 AS BIGINT))
			ON CONFLICT (name) DO UPDATE SET next = number_block.next + CAST($3 AS BIGINT)
			RETURNING next`, []any{n.name, int64(first), n.block},
			func(scan func(...any) error) error {
				if err := scan(&n.last); err != nil {
					return err
				}
				n.next = n.last - n.block
				return nil
			})
	})
}
