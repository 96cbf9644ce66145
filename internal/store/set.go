package store

import (
	"context"
	"fmt"
	"sort"
)

// Set is the working memory of one transaction: the rows that were asked for,
// as they stand in the database, and the changes made to them since. It is
// loaded once and written back once, each table with a handful of statements
// however many rows there are. A Set is used by one goroutine.
type Set struct {
	parts   map[any]tablePart
	loaded  bool
	assumed bool // from memory
	flushed bool
}

// tablePart is a table's share of a set.
type tablePart interface {
	name() string
	load(d dialect) []query
	flush(d dialect) []statement

	assumable(m *memory) bool
	assume(m *memory)
	note(m *memory, committed bool)
}

// NewSet is an empty set, ready to be told what to load.
func NewSet() *Set { return &Set{parts: map[any]tablePart{}} }

// Load reads everything that was wanted and locks it against other nodes.
// Tables are read in the order of their names, rows in the order of their keys,
// so that two transactions never wait for each other in a circle; "account"
// comes first, which makes it the lock of its merchant. What a node remembers is not
// read: Flush, which must follow, makes sure of it.
func (s *Set) Load(ctx context.Context, tx *Tx) error {
	tx.sets = append(tx.sets, s)
	if s.assumed = tx.memory.assume(s); s.assumed {
		s.Ready()
		return nil
	}
	var batch []query
	for _, p := range s.ordered() {
		batch = append(batch, p.load(tx.dialect)...)
	}
	if len(batch) > 0 {
		if err := tx.conn.ask(ctx, batch); err != nil {
			return err
		}
	}
	s.Ready()
	return nil
}

// Ready says that the set holds all it will get: what was wanted and is not
// there does not exist. Load does it; a test or a simulator that fills a set
// by hand does it itself.
func (s *Set) Ready() { s.loaded = true }

// Flush writes the changes back. A set without changes sends nothing, unless it was
// decided from memory.
func (s *Set) Flush(ctx context.Context, tx *Tx) error {
	s.flushed = true
	var batch []statement
	for _, p := range s.ordered() {
		batch = append(batch, p.flush(tx.dialect)...)
	}
	if len(batch) == 0 {
		return nil
	}
	return tx.conn.run(ctx, batch)
}

func (s *Set) ordered() []tablePart {
	parts := make([]tablePart, 0, len(s.parts))
	for _, p := range s.parts {
		parts = append(parts, p)
	}
	sort.Slice(parts, func(i, j int) bool { return parts[i].name() < parts[j].name() })
	return parts
}

// entry is one row of a part. A row that was wanted and has none does not exist.
type entry[R any] struct {
	row    R
	state  state
	locked bool // loaded by key: may be changed
	was    *R   // what memory had, when it is from there
}

type state int

const (
	clean state = iota
	inserted
	updated
	deleted
	replaced // deleted, then inserted anew
	gone     // inserted, then deleted: never written
	put      // to be there, whether it was or not
	removed  // not to be there, whether it was or not
	states   // how many there are
)

func (e *entry[R]) present() bool {
	return e.state == clean || e.written()
}

func (e *entry[R]) written() bool {
	return e.state == inserted || e.state == updated || e.state == replaced || e.state == put
}

// part holds the rows of one table.
type part[K comparable, R any] struct {
	table   *Table[K, R]
	wanted  map[K]hope
	looked  map[K]hope
	entries map[K]*entry[R]
	lookups map[any]lookup[R]
	assumed bool
}

// hope is what is taken for granted of something that is wanted and not remembered.
type hope int

const (
	open   hope = iota // nothing
	absent             // that it is not there
)

// want notes that something is wanted; whoever hopes for nothing prevails.
func want[T comparable](all map[T]hope, one T, h hope) {
	if before, ok := all[one]; ok {
		h = min(h, before)
	}
	all[one] = h
}

// lookup is an index's share of a part.
type lookup[R any] interface {
	load(d dialect) []query
	assumable() bool
	concerns(row *R) bool
	absent() []statement
}

func partOf[K comparable, R any](s *Set, t *Table[K, R]) *part[K, R] {
	if p, ok := s.parts[t]; ok {
		return p.(*part[K, R])
	}
	p := &part[K, R]{table: t, wanted: map[K]hope{}, looked: map[K]hope{}, entries: map[K]*entry[R]{}, lookups: map[any]lookup[R]{}}
	s.parts[t] = p
	return p
}

func (p *part[K, R]) name() string { return p.table.name }

// Want asks for a row that an operation will read or change. All wants come
// before Load.
func (t *Table[K, R]) Want(s *Set, key K) { t.want(s, key, open) }

// WantNone is Want for a row that is probably not there.
func (t *Table[K, R]) WantNone(s *Set, key K) { t.want(s, key, absent) }

func (t *Table[K, R]) want(s *Set, key K, h hope) {
	if s.loaded {
		panic("store: " + t.name + ": wanted after the set was loaded")
	}
	want(partOf(s, t).wanted, key, h)
}

// Look asks for a row that an operation will read and not change: it is not
// locked, and may be another's to change until the commit.
func (t *Table[K, R]) Look(s *Set, key K) {
	if s.loaded {
		panic("store: " + t.name + ": looked at after the set was loaded")
	}
	want(partOf(s, t).looked, key, open)
}

// Get is the row as it stands in the set. It panics for a row that was not
// wanted: the operation would decide on what it did not read.
func (t *Table[K, R]) Get(s *Set, key K) (R, bool) {
	p := partOf(s, t)
	if e, ok := p.entries[key]; ok && e.present() {
		return e.row, true
	}
	_, wanted := p.wanted[key]
	if _, looked := p.looked[key]; !wanted && !looked && p.entries[key] == nil {
		panic(fmt.Sprintf("store: %s %v was not wanted", t.name, key))
	}
	var none R
	return none, false
}

// Insert adds a row whose key nobody has; a clash shows when the set is written.
func (t *Table[K, R]) Insert(s *Set, row R) {
	p := partOf(s, t)
	key := t.keyOf(&row)
	e := p.entries[key]
	switch {
	case e == nil || e.state == gone:
		e = &entry[R]{row: row, state: inserted, locked: true}
	case e.state == deleted:
		e = &entry[R]{row: row, state: replaced, locked: true, was: e.was}
	default:
		panic(fmt.Sprintf("store: %s %v inserted twice", t.name, key))
	}
	p.enter(key, e)
}

// Update replaces a row that the set holds by key. What is fixed of it stays.
func (t *Table[K, R]) Update(s *Set, row R) {
	p := partOf(s, t)
	key := t.keyOf(&row)
	e := p.entries[key]
	if e == nil || !e.present() || !e.locked {
		panic(fmt.Sprintf("store: %s %v updated but not held", t.name, key))
	}
	t.keepFixed(&row, &e.row)
	e.row = row
	if e.state == clean {
		e.state = updated
	}
	p.enter(key, e)
}

// Delete removes a row that the set holds by key. A table with an index keeps
// its rows: the index would have to know which row comes next.
func (t *Table[K, R]) Delete(s *Set, key K) {
	if len(t.indexes) > 0 {
		panic("store: " + t.name + " has an index and keeps its rows")
	}
	e := partOf(s, t).entries[key]
	if e == nil || !e.present() || !e.locked {
		panic(fmt.Sprintf("store: %s %v deleted but not held", t.name, key))
	}
	if e.state == inserted {
		e.state = gone
	} else {
		e.state = deleted
	}
}

// Put makes a row be there, in place of the one of its key if there is one: for
// rows of which nothing needs to be known before. What is fixed of the old one
// stays. An index would have to know it: a table with one has no Put.
func (t *Table[K, R]) Put(s *Set, row R) {
	t.blind()
	p := partOf(s, t)
	key := t.keyOf(&row)
	switch e := p.entries[key]; {
	case e == nil || e.state == removed || e.state == gone:
		p.enter(key, &entry[R]{row: row, state: put, locked: true})
	case e.state == deleted:
		t.Insert(s, row)
	default:
		t.Update(s, row)
	}
}

// Remove makes a row not be there, whether it was or not.
func (t *Table[K, R]) Remove(s *Set, key K) {
	t.blind()
	p := partOf(s, t)
	e := p.entries[key]
	switch {
	case e == nil:
		var row R
		t.setKey(&row, key)
		p.entries[key] = &entry[R]{row: row, state: removed}
	case e.state == put:
		e.state = removed
	case e.present():
		t.Delete(s, key)
	}
}

func (t *Table[K, R]) blind() {
	if len(t.indexes) > 0 {
		panic("store: " + t.name + " has an index and writes no row unseen")
	}
}

// enter puts an entry in its place and tells the indexes.
func (p *part[K, R]) enter(key K, e *entry[R]) {
	p.entries[key] = e
	if e.present() {
		for _, index := range p.table.indexes {
			index.note(p, key, &e.row)
		}
	}
}

// Written are the rows that the set inserted or updated, in no order.
func (t *Table[K, R]) Written(s *Set) []R {
	p, ok := s.parts[t]
	if !ok {
		return nil
	}
	var rows []R
	for _, e := range p.(*part[K, R]).entries {
		if e.written() {
			rows = append(rows, e.row)
		}
	}
	return rows
}

// Held is Get for a row that may not have been wanted: false says that the set
// holds no such row, not that there is none.
func (t *Table[K, R]) Held(s *Set, key K) (R, bool) {
	if e, ok := partOf(s, t).entries[key]; ok && e.present() {
		return e.row, true
	}
	var none R
	return none, false
}
