package merchantapi

import (
	"fmt"

	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/purchase"
)

// position is a line of pg_receipt_positions (spec 01, 2.11).
type position struct {
	Count   int64    `pg:"count,required,min=1,max=99999999"`
	Name    string   `pg:"name,required"`
	Price   amount   `pg:"price,required"`
	TaxType *int64   `pg:"tax_type,min=0,max=99"`
	Unit    int64    `pg:"UnitCode,min=0"`
	GTIN    string   `pg:"GTIN,nosemi"`
	NTIN    string   `pg:"NTIN,nosemi"`
	Marks   []string `pg:"mark_list"`
}

// receipt is the list of positions that a call brings, and a status shows.
type receipt struct {
	Positions []position `pg:"pg_receipt_positions"`
}

// lines are the positions as they are kept. Goods that are marked have a mark each.
func (r *receipt) lines() ([]purchase.Position, error) {
	var lines []purchase.Position
	for i, p := range r.Positions {
		if len(p.Marks) > 0 && int64(len(p.Marks)) != p.Count {
			return nil, codes.Invalid(fmt.Sprintf("pg_receipt_positions[%d][mark_list]", i), codes.BadPattern)
		}
		line := purchase.Position{
			Count: p.Count, Name: p.Name, Price: money.Amount(p.Price), TaxType: -1, Unit: p.Unit, GTIN: p.GTIN, NTIN: p.NTIN, Marks: p.Marks,
		}
		if p.TaxType != nil {
			line.TaxType = *p.TaxType
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// receiptOf is a receipt as it came.
func receiptOf(lines []purchase.Position) (r receipt) {
	for _, line := range lines {
		p := position{
			Count: line.Count, Name: line.Name, Price: amount(line.Price), Unit: line.Unit, GTIN: line.GTIN, NTIN: line.NTIN, Marks: line.Marks,
		}
		if line.TaxType >= 0 {
			p.TaxType = &line.TaxType
		}
		r.Positions = append(r.Positions, p)
	}
	return r
}

// addsUp tells whether the positions cost what is paid. A receipt that does not is
// no reason to refuse a payment (2.11).
func addsUp(lines []purchase.Position, paid money.Amount) bool {
	var sum money.Amount
	for _, line := range lines {
		sum += line.Sum()
	}
	return len(lines) == 0 || sum == paid
}
