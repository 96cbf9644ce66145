package store

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
)

// sqliteStatement is a prepared statement of a connection.
type sqliteStatement struct {
	*sqlite.Stmt
	numbers []int // of the arguments: SQLite counts $2, $1 as they come
	most    int
}

func (c *sqliteConn) prepare(text string) (*sqliteStatement, error) {
	prepared, err := c.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	s := &sqliteStatement{Stmt: prepared, numbers: make([]int, prepared.BindParamCount())}
	for i := range s.numbers {
		name, _ := strings.CutPrefix(prepared.BindParamName(i+1), "$")
		if s.numbers[i], err = strconv.Atoi(name); err != nil {
			_ = prepared.Finalize()
			return nil, fmt.Errorf("argument %q is not like $1", name)
		}
		s.most = max(s.most, s.numbers[i])
	}
	return s, nil
}

// each executes the statement and calls row for each row of its answer.
func (s *sqliteStatement) each(row func() error) error {
	defer s.Reset() // says again what Step said
	for {
		if more, err := s.Step(); err != nil || !more {
			return err
		}
		if err := row(); err != nil {
			return err
		}
	}
}

// bind gives the statement its arguments. Nothing is NULL: no bytes are an empty blob.
func (s *sqliteStatement) bind(args []any) error {
	if len(args) != s.most {
		return fmt.Errorf("%d arguments, want %d", len(args), s.most)
	}
	for i, n := range s.numbers {
		switch v := args[n-1].(type) {
		case bool:
			s.BindBool(i+1, v)
		case []byte:
			s.BindBytes(i+1, v)
		default: // and types with names, such as a state that is a string
			switch v := reflect.ValueOf(v); {
			case v.CanInt():
				s.BindInt64(i+1, v.Int())
			case v.Kind() == reflect.String:
				s.BindText(i+1, v.String())
			default:
				return fmt.Errorf("%T is no argument", args[n-1])
			}
		}
	}
	return nil
}

// bindRecord takes the arguments from one of some records. A text that was the same in
// the record before is still there.
func (s *sqliteStatement) bindRecord(of records, record int) {
	for i, n := range s.numbers {
		c := &of.columns[n-1]
		switch v := of.all[record].FieldByIndex(c.index); c.kind {
		case integer:
			s.BindInt64(i+1, v.Int())
		case text:
			if record == 0 || v.String() != of.all[record-1].FieldByIndex(c.index).String() {
				s.BindText(i+1, v.String())
			}
		case truth:
			s.BindBool(i+1, v.Bool())
		case blob:
			s.BindBytes(i+1, v.Bytes())
		case instant:
			s.BindInt64(i+1, stamp(v))
		}
	}
}

// scan reads the row at hand. A column must be of its target's kind, and not NULL;
// text can be read as bytes, since that is what SQL by hand has in place of them.
func (s *sqliteStatement) scan(targets ...any) error {
	if have := s.ColumnCount(); have != len(targets) {
		return fmt.Errorf("%d columns, %d targets", have, len(targets))
	}
	for i, target := range targets {
		have, want := s.ColumnType(i), sqlite.TypeInteger
		switch to := target.(type) {
		case *int64:
			*to = s.ColumnInt64(i)
		case *bool:
			*to = s.ColumnBool(i)
		case *string:
			*to, want = s.text(i, *to), sqlite.TypeText
		case *[]byte:
			*to, want = make([]byte, s.ColumnLen(i)), sqlite.TypeBlob
			s.ColumnBytes(i, *to)
		default:
			switch v := reflect.ValueOf(target).Elem(); {
			case v.CanInt():
				v.SetInt(s.ColumnInt64(i))
			case v.Kind() == reflect.String:
				v.SetString(s.text(i, v.String()))
				want = sqlite.TypeText
			default:
				return fmt.Errorf("column %d: %T is no target", i+1, target)
			}
		}
		if have != want && (want != sqlite.TypeBlob || have != sqlite.TypeText) {
			return fmt.Errorf("column %d: %v, want %v", i+1, have, want)
		}
	}
	return nil
}

// text is a column's text. If that is what the row before had, nothing is copied.
func (s *sqliteStatement) text(i int, before string) string {
	var short [64]byte
	if n := s.ColumnLen(i); n == len(before) && n <= len(short) && string(short[:s.ColumnBytes(i, short[:n])]) == before {
		return before
	}
	return s.ColumnText(i)
}
