package store

import (
	"reflect"
	"slices"
)

// flush turns the changes of a part into statements, at most five when they are few.
func (p *part[K, R]) flush(d dialect) []statement {
	var changed [states][]reflect.Value
	add := func(s state, e *entry[R]) { changed[s] = append(changed[s], reflect.ValueOf(&e.row).Elem()) }
	for _, e := range p.entries {
		switch e.state {
		case clean, gone: // nothing to write
		case replaced:
			add(deleted, e)
			add(inserted, e)
		default:
			add(e.state, e)
		}
	}
	t := p.table
	texts := t.texts(d)
	batch, revise := p.verify()
	for _, s := range [...]struct {
		state state
		form  *form
	}{
		{removed, texts.remove},
		{deleted, texts.delete},
		{updated, texts.update},
		{inserted, texts.insert},
		{put, texts.put},
	} {
		rows := changed[s.state]
		sortByColumns(rows, t.keys)
		if s.state == updated && revise {
			batch = append(batch, p.revise(rows)...)
			continue
		}
		for some := range slices.Chunk(rows, atOnce) {
			batch = append(batch, d.write(s.state, s.form, some))
		}
	}
	return batch
}

// write is a statement that brings rows to a state. It must touch all of them
// unless they were removed unseen.
func (d dialect) write(to state, form *form, rows []reflect.Value) statement {
	s := statement{want: int64(len(rows))}
	if to == removed {
		s.want = anyNumber
	}
	if !d.arrays {
		s.sql, s.rows = form.text, records{form.columns, rows}
		return s
	}
	s.sql, s.args = form.about(rows)
	if to == updated || to == deleted {
		s.args, s.want = append(s.args, s.want), 1 // counts by itself and answers with one row
	}
	return s
}
