package purchase

import (
	"time"

	"pgregory.net/rapid"

	"tolem/internal/money"
	"tolem/internal/protocol/codes"
)

// What payers do.

func (m *model) choose(t *rapid.T) {
	k, x := m.pick(t)
	o := &choose{key: k, amount: money.Amount(rapid.SampledFrom([]int64{0, 99, 100, 4000, 90_000, 90_001}).Draw(t, "amount"))}
	admitted := x.open(m.now) && x.amount == 0 && o.amount >= 100 && o.amount <= 90_000
	if m.try(t, admitted, o); admitted {
		x.amount = o.amount
	}
}

func (m *model) shorten(t *rapid.T) {
	k, x := m.pick(t)
	o := &shorten{key: k, until: m.now.Add(time.Duration(rapid.Int64Range(1, int64(2*Lifetime)).Draw(t, "keeps")))}
	admitted := x.open(m.now) && o.until.Before(x.expires)
	if m.try(t, admitted, o); admitted {
		x.expires = o.until
	}
}

func (m *model) ask(t *rapid.T) {
	k, x := m.pick(t)
	x.debt = max(0, x.debt-m.now.Sub(x.asking)) // of every twelve seconds, a try
	x.asking = m.now
	o, before := &try{key: k}, m.image()
	m.do(o)
	admitted := x.tries < 30 && x.debt+12*time.Second <= time.Minute
	if admitted {
		x.tries, x.debt = x.tries+1, x.debt+12*time.Second
	}
	if before.equal(m.image()) == admitted || m.row(k).Tries != x.tries {
		t.Fatalf("admitted %v, %d tries", admitted, m.row(k).Tries)
	}
	if (o.patience == Asked) != admitted || (o.patience == Never) != (!admitted && x.tries == 30) {
		t.Fatalf("try %d is %d", x.tries, o.patience)
	}
}

func (m *model) secure(t *rapid.T) {
	k, x := m.pick(t)
	admitted := x.open(m.now) && x.amount > 0
	if m.try(t, admitted, &challenge{seen: m.row(k), sealed: []byte("sealed")}); admitted {
		x.to(t, Challenged)
		x.expires = m.row(k).ExpiresAt
	}
}

func (m *model) send(t *rapid.T) {
	k, x := m.pick(t)
	o := &send{seen: m.row(k), secure: rapid.Bool().Draw(t, "secure"), sealed: []byte("sealed")}
	admitted := x.open(m.now) && x.amount > 0 && !o.secure || x.state == Challenged && o.secure && m.now.Before(x.expires)
	if m.try(t, admitted, o); admitted {
		x.to(t, Sent)
		x.sent = m.now
	}
}

func (m *model) giveUp(t *rapid.T) {
	k, x := m.pick(t)
	o := &abandon{key: k, callback: m.id(), notice: m.service.notify}
	if rapid.Bool().Draw(t, "3-D Secure failed") {
		o.code = codes.ThreeDSCodeWrong
	}
	admitted := x.open(m.now) && o.code == 0 || x.state == Challenged && o.code != 0
	if m.try(t, admitted, o); !admitted {
		return
	}
	x.outcomes++
	if o.code != 0 {
		x.to(t, Declined)
	} else {
		x.to(t, Cancelled)
	}
}
