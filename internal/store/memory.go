package store

import "sync"

// memory is the rows of some tables as a node saw them last. PostgreSQL only: a
// transaction whose rows are all remembered decides on them without asking, and says
// when it writes what it took for granted. If that is not so any more, it is undone
// and made again with what the database has.
type memory struct {
	mu      sync.Mutex
	shelves map[any]any // *shelf[K, R] by table

	doubts int // assumptions to be left out, after one was wrong
	wary   int // how many that will be after the next one
	told   Assumptions
}

// Assumptions are how often transactions were decided on rows that a node remembered, and
// how often that was wrong: those were decided again.
type Assumptions struct{ Right, Wrong int }

// Assumptions counts since the database was opened.
func (db *DB) Assumptions() Assumptions {
	if db.memory == nil {
		return Assumptions{}
	}
	db.memory.mu.Lock()
	defer db.memory.mu.Unlock()
	return db.memory.told
}

// After a wrong assumption so many are left out, twice as many after the next one.
const waryAtLeast, waryAtMost = 4, 1024

func newMemory() *memory { return &memory{shelves: map[any]any{}, wary: waryAtLeast} }

// shelf is the rows of a table that were seen of late: those of one generation, and
// of the one before it. A row on a shelf never changes; another takes its place.
type shelf[K comparable, R any] struct{ young, old map[K]*R }

func shelfOf[K comparable, R any](m *memory, t *Table[K, R]) *shelf[K, R] {
	s, ok := m.shelves[t].(*shelf[K, R])
	if !ok {
		s = &shelf[K, R]{young: map[K]*R{}}
		m.shelves[t] = s
	}
	return s
}

// get is nil for a row that is not remembered.
func (s *shelf[K, R]) get(key K) *R {
	if row := s.young[key]; row != nil {
		return row
	}
	return s.old[key]
}

func (s *shelf[K, R]) keep(key K, row *R, generation int) {
	if _, young := s.young[key]; !young && len(s.young) >= generation {
		s.young, s.old = make(map[K]*R, generation), s.young
	}
	s.young[key] = row
}

func (s *shelf[K, R]) forget(key K) {
	delete(s.young, key)
	delete(s.old, key)
}

// assume fills a set from memory, if all of it can be.
func (m *memory) assume(s *Set) bool {
	if m == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range s.parts {
		if !p.assumable(m) {
			return false
		}
	}
	if m.doubts > 0 {
		m.doubts--
		return false
	}
	for _, p := range s.parts {
		p.assume(m)
	}
	return true
}

// note learns from sets how their transaction ended.
func (m *memory) note(sets []*Set, err error) {
	if m == nil || len(sets) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	assumed := false
	for _, s := range sets {
		assumed = assumed || s.assumed
		for _, p := range s.parts {
			p.note(m, err == nil)
		}
	}
	switch {
	case assumed && err == nil:
		m.told.Right++
		m.wary = max(m.wary-1, waryAtLeast)
	case assumed:
		m.told.Wrong++
		m.doubts, m.wary = m.wary, min(2*m.wary, waryAtMost)
	}
}
