package store

import (
	"cmp"
	"reflect"
	"slices"
)

// load asks for the wanted rows by key, in order and locked, then for those that
// are only looked at and those that indexes name.
func (p *part[K, R]) load(d dialect) []query {
	texts := p.table.texts(d)
	batch := append(p.byKey(d, p.wanted, texts.load, true), p.byKey(d, p.looked, texts.look, false)...)
	for _, l := range p.lookups {
		batch = append(batch, l.load(d)...)
	}
	return batch
}

func (p *part[K, R]) byKey(d dialect, wanted map[K]hope, form *form, locked bool) []query {
	if len(wanted) == 0 {
		return nil
	}
	t := p.table
	keys := make([]reflect.Value, 0, len(wanted))
	for key := range wanted {
		keys = append(keys, reflect.ValueOf(key))
	}
	sortByColumns(keys, t.named)
	next := t.scanner()
	return d.lookUp(form, keys, func(scan func(...any) error) error {
		row, err := next(scan)
		if err != nil {
			return err
		}
		if key := t.keyOf(&row); locked || p.entries[key] == nil {
			p.enter(key, &entry[R]{row: row, state: clean, locked: locked})
		}
		return nil
	})
}

// lookUp is a query for many keys: one execution where the dialect has arrays,
// else one for each key.
func (d dialect) lookUp(form *form, keys []reflect.Value, each func(func(...any) error) error) []query {
	if !d.arrays {
		return []query{{sql: form.text, keys: records{form.columns, keys}, each: each}}
	}
	var batch []query
	for some := range slices.Chunk(keys, atOnce) {
		text, args := form.about(some)
		batch = append(batch, query{sql: text, args: args, each: each})
	}
	return batch
}

// sortByColumns orders keys or rows the way the database orders them for
// integers and, within one program, the same way every time for the rest.
func sortByColumns(rows []reflect.Value, columns []column) {
	slices.SortFunc(rows, func(a, b reflect.Value) int {
		for _, c := range columns {
			x, y := a.FieldByIndex(c.index), b.FieldByIndex(c.index)
			var order int
			switch c.kind {
			case integer:
				order = cmp.Compare(x.Int(), y.Int())
			case text:
				order = cmp.Compare(x.String(), y.String())
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
}
