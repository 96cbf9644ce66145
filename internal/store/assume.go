package store

import (
	"reflect"
	"time"
)

// Remembered says that a node keeps the rows of the table that it saw last in memory, to
// decide on them without asking: so many at least, and twice as many at most. What is
// fixed of a row must never change, not by putting another in its place either. It
// returns t.
func (t *Table[K, R]) Remembered(rows int) *Table[K, R] {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[R]()) {
		if f.Tag.Get("db") == "-" {
			panic("store: " + t.name + " is remembered, but " + f.Name + " is not stored")
		}
	}
	t.remembered = rows
	return t
}

// assumable tells whether everything that is wanted of a part is remembered, or
// usually not there.
func (p *part[K, R]) assumable(m *memory) bool {
	rows := shelfOf(m, p.table)
	for _, keys := range []map[K]hope{p.wanted, p.looked} {
		for key, hope := range keys {
			row := rows.get(key)
			if row == nil && hope != absent {
				return false
			}
			for _, l := range p.lookups {
				if row != nil && l.concerns(row) {
					return false // which one is the latest is not known
				}
			}
		}
	}
	for _, l := range p.lookups {
		if !l.assumable() {
			return false
		}
	}
	return true
}

// assume takes what is remembered for what is there, until verify has said so.
func (p *part[K, R]) assume(m *memory) {
	p.assumed = true
	rows := shelfOf(m, p.table)
	for key := range p.looked {
		if row := rows.get(key); row != nil {
			p.enter(key, &entry[R]{row: *row, was: row})
		}
	}
	for key := range p.wanted {
		if row := rows.get(key); row != nil {
			p.enter(key, &entry[R]{row: *row, was: row, locked: true})
		}
	}
}

// verify says in statements what a part takes for granted, but for what its changes
// say themselves: an insert that the row was not there, and, when revise is true, an
// update how it was. Rows that an honest set would have locked are locked, in the same
// order.
func (p *part[K, R]) verify() (guards []statement, revise bool) {
	if !p.assumed {
		return nil, false
	}
	t := p.table
	var locked, looked []reflect.Value
	revise = true
	for _, e := range p.entries {
		switch {
		case e.was == nil: // not assumed
		case !e.locked:
			looked = append(looked, reflect.ValueOf(e.was).Elem())
		default:
			locked = append(locked, reflect.ValueOf(e.was).Elem())
			revise = revise && e.state == updated
		}
	}
	if !revise {
		guards = append(guards, t.ofMany.held.about(locked)...)
	}
	guards = append(guards, t.ofMany.still.about(looked)...)
	var missing []reflect.Value
	for _, keys := range []map[K]hope{p.wanted, p.looked} {
		for key := range keys {
			if e := p.entries[key]; e == nil || e.was == nil && e.state != inserted {
				missing = append(missing, reflect.ValueOf(key))
			}
		}
	}
	guards = append(guards, t.ofMany.absent.about(missing)...)
	for _, l := range p.lookups {
		guards = append(guards, l.absent()...)
	}
	return guards, revise
}

// note remembers how the rows of a part are after a commit, or that nobody knows.
func (p *part[K, R]) note(m *memory, committed bool) {
	if p.table.remembered == 0 {
		return
	}
	rows := shelfOf(m, p.table)
	for _, keys := range []map[K]hope{p.wanted, p.looked} {
		for key := range keys {
			if e := p.entries[key]; !committed || e == nil {
				rows.forget(key)
			}
		}
	}
	for key, e := range p.entries {
		switch {
		case !committed:
			rows.forget(key)
		case e.state == clean:
			row := e.was
			if row == nil {
				row = new(e.row)
			}
			rows.keep(key, row, p.table.remembered)
		case e.state == inserted, e.state == updated, e.state == replaced:
			rows.keep(key, p.table.stored(&e.row), p.table.remembered)
		default:
			rows.forget(key)
		}
	}
}

// stored is a row as the database gives it back: its times are cut to microseconds.
func (t *Table[K, R]) stored(row *R) *R {
	back := new(*row)
	v := reflect.ValueOf(back).Elem()
	for _, c := range t.instants {
		at := v.FieldByIndex(c.index).Addr().Interface().(*time.Time)
		*at = instantOf(micros(*at))
	}
	return back
}

// concerns tells whether a row is one that is wanted by the index.
func (f *found[I, K, R]) concerns(row *R) bool {
	i, ok := f.index.of(row)
	if ok {
		_, ok = f.wanted[i]
	}
	return ok
}

func (f *found[I, K, R]) assumable() bool {
	for _, hope := range f.wanted {
		if hope != absent {
			return false
		}
	}
	return true
}

// absent says that there is no row of an I, but for those whose first row the set
// inserts: the database's index says it of these.
func (f *found[I, K, R]) absent() []statement {
	var keys []reflect.Value
	for i := range f.wanted {
		if _, first := f.latest[i]; !first {
			keys = append(keys, reflect.ValueOf(i))
		}
	}
	return f.index.absent.about(keys)
}
