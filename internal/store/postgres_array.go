package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"reflect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// gathered is an argument: a column of rows, as an array.
type gathered struct {
	column *column
	rows   []reflect.Value
}

func gather(columns []column, rows []reflect.Value) []gathered {
	list := make([]gathered, len(columns))
	for i := range columns {
		list[i] = gathered{&columns[i], rows}
	}
	return list
}

// alike tells whether the column is the same in all rows.
func (g gathered) alike() bool {
	first := g.rows[0].FieldByIndex(g.column.index)
	for _, row := range g.rows[1:] {
		v, same := row.FieldByIndex(g.column.index), false
		switch g.column.kind {
		case integer:
			same = v.Int() == first.Int()
		case text:
			same = v.String() == first.String()
		case truth:
			same = v.Bool() == first.Bool()
		case blob:
			same = bytes.Equal(v.Bytes(), first.Bytes())
		case instant:
			same = stamp(v) == stamp(first)
		}
		if !same {
			return false
		}
	}
	return true
}

// The wire form of an array of one dimension: its head, and before each element how
// many bytes that has (array_recv in PostgreSQL's arrayfuncs.c).
func (g gathered) append(to []byte) []byte {
	number := binary.BigEndian.AppendUint32
	const dimensions, noNulls, first = 1, 0, 1
	for _, head := range [...]uint32{dimensions, noNulls, g.column.kind.oid(), uint32(len(g.rows)), first} {
		to = number(to, head)
	}
	for _, row := range g.rows {
		switch v := row.FieldByIndex(g.column.index); g.column.kind {
		case integer:
			to = binary.BigEndian.AppendUint64(number(to, 8), uint64(v.Int()))
		case instant:
			to = binary.BigEndian.AppendUint64(number(to, 8), uint64(stamp(v)))
		case text:
			to = append(number(to, uint32(v.Len())), v.String()...)
		case blob:
			to = append(number(to, uint32(v.Len())), v.Bytes()...)
		case truth:
			to = append(number(to, 1), 0)
			if v.Bool() {
				to[len(to)-1] = 1
			}
		}
	}
	return to
}

// oid is PostgreSQL's number for the type of an element.
func (k kind) oid() uint32 {
	switch k {
	case text:
		return pgtype.TextOID
	case truth:
		return pgtype.BoolOID
	case blob:
		return pgtype.ByteaOID
	}
	return pgtype.Int8OID
}

// gathers has a connection write what is gathered itself: pgx takes a slice, and looks
// at each element of it through an interface.
func gathers(_ context.Context, c *pgx.Conn) error {
	types := c.TypeMap()
	for _, oid := range []uint32{pgtype.Int8ArrayOID, pgtype.TextArrayOID, pgtype.BoolArrayOID, pgtype.ByteaArrayOID} {
		known, _ := types.TypeForOID(oid)
		types.RegisterType(&pgtype.Type{Name: known.Name, OID: oid, Codec: gathering{known.Codec}})
	}
	return nil
}

type gathering struct{ pgtype.Codec }

func (g gathering) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(gathered); ok && format == pgtype.BinaryFormatCode {
		return gathering{}
	}
	return g.Codec.PlanEncode(m, oid, format, value)
}

// Encode implements pgtype.EncodePlan.
func (gathering) Encode(value any, to []byte) ([]byte, error) {
	return value.(gathered).append(to), nil
}
