package store

import "reflect"

// flush turns the changes of a part into at most five statements.
func (p *part[K, R]) flush(d dialect) []statement {
	var changed [states][]reflect.Value
	add := func(s state, e *entry[R]) { changed[s] = append(changed[s], reflect.ValueOf(&e.row).Elem()) }
	for _, e := range p.entries {
		if e.state == replaced {
			add(deleted, e)
			add(inserted, e)
		} else {
			add(e.state, e)
		}
	}
	t := p.table
	texts := t.texts(d)
	var batch []statement
	for _, s := range [...]struct {
		state   state
		text    string
		columns []column
	}{
		{removed, texts.remove, t.keys},
		{deleted, texts.remove, t.keys},
		{updated, texts.update, t.changed()},
		{inserted, texts.insert, t.columns},
		{put, texts.put, t.columns},
	} {
		if rows := changed[s.state]; len(rows) > 0 {
			sortByColumns(rows, t.keys)
			batch = append(batch, d.write(s.text, s.columns, rows, s.state == removed))
		}
	}
	return batch
}

// write is a statement over rows, all of which it must touch unless unseen.
func (d dialect) write(text string, columns []column, rows []reflect.Value, unseen bool) statement {
	s := statement{sql: text, want: int64(len(rows))}
	if unseen {
		s.want = anyNumber
	}
	if d.arrays {
		s.args = arrays(columns, rows)
		return s
	}
	for _, row := range rows {
		s.rows = append(s.rows, values(columns, row))
	}
	return s
}
