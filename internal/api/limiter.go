package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tolem/internal/merchant"
)

// limiter keeps a token bucket for each merchant on this node (R48). The zero
// value is ready.
type limiter struct {
	mu      sync.Mutex
	buckets map[int64]*rate.Limiter
}

func (l *limiter) allow(m *merchant.Merchant, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit, burst := rate.Limit(m.Settings.RequestsPerSecond), int(m.Settings.RequestsBurst)
	bucket := l.buckets[m.ID]
	if bucket == nil {
		if l.buckets == nil {
			l.buckets = map[int64]*rate.Limiter{}
		}
		bucket = rate.NewLimiter(limit, burst)
		l.buckets[m.ID] = bucket
	}
	if bucket.Limit() != limit {
		bucket.SetLimitAt(now, limit)
	}
	if bucket.Burst() != burst {
		bucket.SetBurstAt(now, burst)
	}
	return bucket.AllowN(now, 1)
}
