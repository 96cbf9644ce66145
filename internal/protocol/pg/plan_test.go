package pg

import (
	"strings"
	"testing"
	"time"
)

func TestRightTagsAreTaken(t *testing.T) {
	MustBindable[form]()
	MustMarshalable[form]()
	MustBindable[struct {
		At      time.Time `pg:"at,max=40"`
		Skipped float64   `pg:"-"`
	}]()
}

type recursive struct {
	Inner []recursive `pg:"inner"`
}

type readOnly struct{}

func (*readOnly) UnmarshalText([]byte) error { return nil }

type writeOnly struct{}

func (writeOnly) MarshalText() ([]byte, error) { return nil, nil }

type named int64

func TestAWrongTagPanicsWhereTheTypeIsDeclared(t *testing.T) {
	for what, c := range map[string]struct {
		declare func()
		says    string
	}{
		"unknown rule": {MustBindable[struct {
			A string `pg:"a,unknown"`
		}], "unknown"},
		"unknown pattern": {MustBindable[struct {
			A string `pg:"a,pattern=x"`
		}], "pattern=x"},
		"rule of a pattern": {MustBindable[struct {
			A string `pg:"a,user_id"`
		}], "user_id"},
		"bound without number": {MustBindable[struct {
			A string `pg:"a,max=x"`
		}], "max=x"},
		"no words": {MustBindable[struct {
			A string `pg:"a,oneof="`
		}], "oneof="},
		"text rule of a number": {MustBindable[struct {
			A int `pg:"a,nosemi"`
		}], "nosemi"},
		"bound of a flag": {MustBindable[struct {
			A bool `pg:"a,max=1"`
		}], "max=1"},
		"flag that is no bool": {MustBindable[struct {
			A string `pg:"a,flag"`
		}], "flag"},
		"rule of nested fields": {MustBindable[struct {
			A struct{} `pg:"a,max=1"`
		}], "max=1"},
		"lenient and required": {MustBindable[struct {
			A string `pg:"a,required,email_lenient"`
		}], "contradict"},
		"bounds crossed": {MustBindable[struct {
			A string `pg:"a,min=3,max=2"`
		}], "contradict"},
		"no name": {MustBindable[struct {
			A string `pg:",required"`
		}], "name"},
		"wrong name": {MustBindable[struct {
			A string `pg:"a b"`
		}], "name"},
		"unexported field": {MustBindable[struct {
			a string `pg:"a"`
		}], "exported"},
		"name used twice": {MustBindable[struct {
			identity
			A string `pg:"pg_merchant_id"`
		}], "twice"},
		"float": {MustBindable[struct {
			A float64 `pg:"a"`
		}], "float64"},
		"integer of other units": {MustBindable[struct {
			A named `pg:"a"`
		}], "named"},
		"list of lists": {MustBindable[struct {
			A [][]string `pg:"a"`
		}], "string"},
		"no struct":        {MustBindable[string], "struct"},
		"embedded pointer": {MustBindable[struct{ *identity }], "struct"},
		"endless nesting":  {MustBindable[recursive], "levels"},
		"type that cannot read": {MustBindable[struct {
			A []writeOnly `pg:"a"`
		}], "read"},
		"type that cannot write": {MustMarshalable[struct {
			B struct {
				A readOnly `pg:"a"`
			} `pg:"b"`
		}], "written"},
		"no pointer": {func() { Bind(nil, form{}) }, "pointer"},
	} {
		t.Run(what, func(t *testing.T) {
			defer func() {
				text, _ := recover().(string)
				if !strings.HasPrefix(text, "pg: ") || !strings.Contains(text, c.says) {
					t.Errorf("panics with %q, want something about %q", text, c.says)
				}
			}()
			c.declare()
		})
	}
}
