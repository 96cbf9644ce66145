package bench

import (
	"fmt"
	"time"

	"tolem/internal/protocol/pg"
)

// orders is what stays the same in all orders of a shop.
type orders struct {
	as     int        // which of the shops
	fields pg.Message // all but the order id
	prefix string     // how order ids begin
}

// newOrders begins the order ids of a shop with the moment, so that they differ from
// those of earlier runs.
func newOrders(as int, s Shop, began time.Time, fields pg.Message) orders {
	return orders{as, fields, fmt.Sprintf("%d-%d-", s.Merchant, began.UnixMilli())}
}

func (o *orders) id(n int64) pg.Field {
	return pg.Field{Name: "pg_order_id", Value: o.prefix + fmt.Sprint(n)}
}

// message asks for order n.
func (o *orders) message(n int64) pg.Message {
	return append(append(make(pg.Message, 0, len(o.fields)+2), o.fields...), o.id(n))
}
