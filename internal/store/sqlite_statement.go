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

// run executes the statement and calls row for each row of its answer.
func (s *sqliteStatement) run(args []any, row func() error) error {
	if len(args) != s.most {
		return fmt.Errorf("%d arguments, want %d", len(args), s.most)
	}
	for i, n := range s.numbers {
		if err := s.bind(i+1, args[n-1]); err != nil {
			return err
		}
	}
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

// bind gives a parameter its value. Nothing is NULL: no bytes are an empty blob.
func (s *sqliteStatement) bind(parameter int, value any) error {
	switch v := value.(type) {
	case int64:
		s.BindInt64(parameter, v)
	case string:
		s.BindText(parameter, v)
	case bool:
		s.BindBool(parameter, v)
	case []byte:
		s.BindBytes(parameter, v)
	default:
		return s.bindNamed(parameter, value)
	}
	return nil
}

// bindNamed binds what has a type of its own, such as a state that is a string.
func (s *sqliteStatement) bindNamed(parameter int, value any) error {
	v := reflect.ValueOf(value)
	switch {
	case v.CanInt():
		s.BindInt64(parameter, v.Int())
	case v.Kind() == reflect.String:
		s.BindText(parameter, v.String())
	default:
		return fmt.Errorf("%T is no argument", value)
	}
	return nil
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
			*to, want = s.ColumnText(i), sqlite.TypeText
		case *[]byte:
			*to, want = make([]byte, s.ColumnLen(i)), sqlite.TypeBlob
			s.ColumnBytes(i, *to)
		default:
			switch v := reflect.ValueOf(target).Elem(); {
			case v.CanInt():
				v.SetInt(s.ColumnInt64(i))
			case v.Kind() == reflect.String:
				v.SetString(s.ColumnText(i))
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
