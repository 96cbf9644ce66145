package store

import (
	"fmt"
	"reflect"
	"sync"
)

// form is a statement that is sent again and again, each time about other rows. To
// PostgreSQL each column of these goes as an array, of which it picks every element
// on its own. Most columns of the rows of a batch, though, have the same in all: a
// form learns which, and these go once.
type form struct {
	columns []column
	may     places // go once when they are alike
	manner  manner
	write   wording

	mu     sync.Mutex
	once   places // go once now
	text   string
	common places // were alike in all batches of late
	late   int    // how many these are
}

// places are columns of a form, a bit for each.
type places uint64

func (p places) has(n int) bool { return p>>n&1 == 1 }

// lesson is how many batches a form must see before it sends a column once: a text
// that is new has to be read and planned by PostgreSQL.
const lesson = 32

// manner is how a column goes once.
type manner struct {
	text naming
	sent func(gathered) any
}

var (
	// asValue is "$2::text".
	asValue = manner{
		text: func(n int, c column) string { return fmt.Sprintf("$%d::%s", n, c.kind.sqlType()) },
		sent: func(g gathered) any { return g.column.value(g.rows[0]) },
	}
	// asElement is "($2::text[])[least(i, 1)]". As a value, what all rows have in common
	// would be a condition of its own, for which a planner that thinks the table small
	// reads all of it.
	asElement = manner{
		text: func(n int, c column) string { return fmt.Sprintf("($%d::%s[])[least(i, 1)]", n, c.kind.sqlType()) },
		sent: func(g gathered) any { return gathered{g.column, g.rows[:1]} },
	}
)

// fixed is a form whose columns are never alike.
func fixed(columns []column, text string) *form { return &form{columns: columns, text: text} }

// learning is a form of which the columns behind so many may be alike, and go so then.
func learning(columns []column, behind int, once manner, write wording) *form {
	if len(columns) > 64 {
		panic(fmt.Sprintf("store: %d columns", len(columns)))
	}
	f := &form{columns: columns, may: places(1)<<len(columns) - places(1)<<behind, manner: once, write: write, text: write(element)}
	f.common = f.may
	return f
}

// about is the text and the arguments for rows.
func (f *form) about(rows []reflect.Value) (text string, args []any) {
	return f.fill(gather(f.columns, rows))
}

// fill is the text and the arguments for columns that were gathered.
func (f *form) fill(columns []gathered) (text string, args []any) {
	var alike places
	for i, g := range columns {
		if f.may.has(i) && g.alike() {
			alike |= 1 << i
		}
	}
	text, once := f.choose(alike, len(columns[0].rows))
	args = make([]any, len(columns), len(columns)+1)
	for i, g := range columns {
		if args[i] = g; once.has(i) {
			args[i] = f.manner.sent(g)
		}
	}
	return text, args
}

// choose is the text for rows that are alike in some columns, and those of them
// that it wants once.
func (f *form) choose(alike places, rows int) (string, places) {
	f.mu.Lock()
	defer f.mu.Unlock()
	once := f.once & alike
	if rows > 1 {
		f.common &= alike
		if f.late++; f.late == lesson {
			once, f.common, f.late = f.common, f.may, 0
		}
	}
	if once != f.once {
		f.once = once
		f.text = f.write(func(n int, c column) string {
			if once.has(n - 1) {
				return f.manner.text(n, c)
			}
			return element(n, c)
		})
	}
	return f.text, f.once
}
