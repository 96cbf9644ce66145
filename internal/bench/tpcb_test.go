package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestThePasswordOfADatabaseIsNotSeenInArguments(t *testing.T) {
	t.Setenv("TOLEM_VAULT_KEY", "hidden-key")
	c, err := TPCB{URL: "postgres://user:hidden-word@host:5433/name?sslmode=disable"}.command(t.Context(), []string{"-n"})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Args[1:]; !cmp.Equal(got, []string{"-n", "postgres://user@host:5433/name?sslmode=disable"}) {
		t.Errorf("arguments %q", got)
	}
	environment := strings.Join(c.Env, "\n")
	if !strings.Contains(environment, "\nPGPASSWORD=hidden-word") || strings.Contains(environment, "hidden-key") {
		t.Error("pgbench is told too little or too much")
	}
	for _, url := range []string{"", "host=x password=hidden-word", "postgres://user:hidden-word@host:port/", "mysql://x", "postgres://host/?password=hidden-word", "postgres://host/?sslpassword=hidden-word"} {
		if _, err := (TPCB{URL: url}).Run(t.Context()); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestTheResultOfPgbenchIsRead(t *testing.T) {
	got, err := TPCB{Clients: 32}.read("transaction type: <builtin: TPC-B (sort of)>\nnumber of transactions actually processed: 6134\n" +
		"number of failed transactions: 0 (0.000%)\nlatency average = 10.4 ms\ninitial connection time = 12.1 ms\ntps = 3067.25 (without initial connection time)\n")
	if want := (Report{Clients: 32, Seconds: 6134 / 3067.25, Unit: "transactions", Calls: 6134, Rate: 3067.25, Outcomes: map[string]int{"committed": 6134}}); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, said := range []string{"", "tps = 5", "number of transactions actually processed: 0\ntps = 0.000000 (without initial connection time)\n"} {
		if r, err := (TPCB{}).read(said); err == nil {
			t.Errorf("%q is read as %+v", said, r)
		}
	}
}

func TestRoundsAreComparedWithPgbenchs(t *testing.T) {
	whole := rate(2000) // whose callbacks came more slowly
	whole.Callbacks = &Callbacks{Rate: 1500}
	got := Against([]Report{rate(1000), rate(1000), rate(500)}, []Report{rate(3000), whole, rate(1000)})
	if want := (Values{[]float64{3, 1.5, 2}, 2, 1.5}); !cmp.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestTPCBIsNamedAsTheTableNamesIt(t *testing.T) {
	needs, err := Needs(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, clients := range []int{32, 128} {
		if name := (TPCB{Clients: clients, Duration: time.Second}).What(); !strings.Contains(" "+strings.Join(needs, " ")+" ", " "+name+" ") {
			t.Errorf("no row needs %s", name)
		}
	}
}
