package merchantapi

import (
	"strings"

	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
	"tolem/internal/purchase"
)

// params are the contract's own fields that come back as they were sent (spec 01, 1.5).
type params struct {
	Param1 string `pg:"pg_param1,max=255"`
	Param2 string `pg:"pg_param2,max=255"`
	Param3 string `pg:"pg_param3,max=255"`
}

// Bounds of a merchant's own fields (1.5); their names are bounded for every message.
const (
	mostExtras   = 50
	longestExtra = 1024
)

// echo is what the merchant gets back in Check request and Result notify: pg_param1
// to 3, and its own fields, whose names do not begin with pg_. A nested field
// does not come back.
func (p *params) echo(extras pg.Message) ([]purchase.Echoed, error) {
	var echoed []purchase.Echoed
	seen := map[string]bool{}
	for _, f := range extras {
		switch {
		case strings.HasPrefix(f.Name, "pg_") || f.Value == "":
			continue
		case seen[f.Name]:
			return nil, codes.Invalid(f.Name, codes.Duplicate)
		case len([]rune(f.Value)) > longestExtra:
			return nil, codes.Invalid(f.Name, codes.TooLong(longestExtra))
		case len(seen) == mostExtras:
			return nil, codes.Invalid("", codes.TooManyFields(mostExtras))
		}
		seen[f.Name] = true
		echoed = append(echoed, purchase.Echoed{Name: f.Name, Value: f.Value})
	}
	for _, f := range []purchase.Echoed{{Name: "pg_param1", Value: p.Param1}, {Name: "pg_param2", Value: p.Param2}, {Name: "pg_param3", Value: p.Param3}} {
		if f.Value != "" {
			echoed = append(echoed, f)
		}
	}
	return echoed, nil
}
