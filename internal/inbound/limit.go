package inbound

import "sync/atomic"

// Limit bounds how many calls are under way at once, so that a flood costs no more
// memory than that many. A nil Limit has room for everybody.
type Limit struct {
	most     int64
	underWay atomic.Int64
}

// NewLimit has room for so many calls.
func NewLimit(most int) *Limit { return &Limit{most: int64(most)} }

// Enter takes a place, which must be left, or tells at once that there is none.
func (l *Limit) Enter() bool {
	if l == nil {
		return true
	}
	if l.underWay.Add(1) > l.most {
		l.underWay.Add(-1)
		return false
	}
	return true
}

// Leave gives a place back.
func (l *Limit) Leave() {
	if l != nil {
		l.underWay.Add(-1)
	}
}

// UnderWay is how many places are taken.
func (l *Limit) UnderWay() int64 { return max(0, min(l.underWay.Load(), l.most)) }

// Most is how many places there are.
func (l *Limit) Most() int64 { return l.most }
