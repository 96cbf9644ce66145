package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
	"tolem/internal/shop"
)

// order is one payout that a shop wants, and what the shop was told of it.
type order struct {
	id     string
	path   string
	fields []string
	amount money.Amount
	keyed  bool // has an idempotency key

	mu   sync.Mutex
	told map[string]string // the latest pg_status, by pg_payment_id
}

// traffic is a shop with several workers who pay out all the time and insist: a
// call that is not answered is repeated, at the next server if there are several,
// until it is.
type traffic struct {
	shop    *merchant
	servers []*atomic.Pointer[process]
	tokens  []string

	insisting  chan struct{} // a place for each order that has had no answer yet
	enough     atomic.Bool
	answered   atomic.Int64
	unanswered atomic.Int64
	unknown    atomic.Int64 // answers that the outcome is unknown: asked again
	working    sync.WaitGroup
	mu         sync.Mutex
	orders     []*order
	refused    []error
	received   map[string][]pg.Message // callbacks by payment
}

// destinations are cards that succeed, fail, and do either later; the last digits
// of account numbers do the same.
var destinations = struct{ cards, accounts []string }{
	cards:    []string{"4671593866478252", "6204500338419360939", "4556046085041740", "5507841999732294", "4532676596620704"},
	accounts: []string{"0", "8", "9"},
}

// newTraffic saves the cards and starts the workers, whose choices follow from
// the seed.
func newTraffic(t *testing.T, seed uint64, workers int, servers ...*process) *traffic {
	t.Helper()
	w := &traffic{shop: demo(t, servers[0]), insisting: make(chan struct{}, 64), received: map[string][]pg.Message{}}
	w.shop.HTTP = &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64 + workers}}
	for _, number := range destinations.cards {
		w.tokens = append(w.tokens, w.shop.bind(t, "driver", number))
	}
	w.shop.web.Reply(w.receive)
	for _, p := range servers {
		at := new(atomic.Pointer[process])
		at.Store(p)
		w.servers = append(w.servers, at)
	}
	ctx, cancel := context.WithCancel(context.Background())
	for worker := range workers {
		w.working.Go(func() { w.work(ctx, worker, rand.New(rand.NewPCG(seed, uint64(worker)))) })
	}
	t.Cleanup(func() {
		cancel()
		w.working.Wait()
	})
	return w
}

// finish lets every worker end what it has begun.
func (w *traffic) finish(t *testing.T) {
	t.Helper()
	w.enough.Store(true)
	done := make(chan struct{})
	go func() {
		w.working.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("calls are not answered")
	}
	for _, err := range w.refused {
		t.Error(err)
	}
}

// goesOn waits until some more calls are answered and returns how long it took.
func (w *traffic) goesOn(t *testing.T) time.Duration {
	t.Helper()
	began, before := time.Now(), w.answered.Load()
	eventually(t, func() error {
		if n := w.answered.Load() - before; n < 10 {
			return fmt.Errorf("%d calls were answered, of the others %d not and %d with an unknown outcome", n, w.unanswered.Load(), w.unknown.Load())
		}
		return nil
	})
	return time.Since(began)
}

func (w *traffic) work(ctx context.Context, worker int, random *rand.Rand) {
	for n := 0; !w.enough.Load() && ctx.Err() == nil; n++ {
		o := w.draw(fmt.Sprintf("w%d-%d", worker, n), random)
		w.mu.Lock()
		w.orders = append(w.orders, o)
		w.mu.Unlock()
		if random.IntN(4) == 0 { // an impatient shop sends it twice at once
			w.insist(ctx, o, worker+1)
		}
		if !w.ask(ctx, o, worker) {
			w.insist(ctx, o, worker+1)
		}
	}
}

// insist asks again and again, while its worker goes on with other orders as
// long as there are not too many without an answer.
func (w *traffic) insist(ctx context.Context, o *order, server int) {
	select {
	case w.insisting <- struct{}{}:
	case <-ctx.Done():
		return
	}
	w.working.Go(func() {
		defer func() { <-w.insisting }()
		for ctx.Err() == nil && !w.ask(ctx, o, server) {
			server++
		}
	})
}

// ask sends an order to one of the servers and tells whether it was answered.
func (w *traffic) ask(ctx context.Context, o *order, server int) bool {
	at := w.servers[server%len(w.servers)].Load()
	answer, err := w.shop.at(at).Call(ctx, o.path, o.fields...)
	lost := err != nil && answer == nil
	if unknown := answer.Get("pg_error_code") == strconv.Itoa(int(codes.SystemError)); lost || unknown {
		if lost {
			w.unanswered.Add(1)
		} else {
			w.unknown.Add(1)
		}
		time.Sleep(50 * time.Millisecond) // somebody has to start: do not hurry
		return false
	}
	w.answered.Add(1)
	if err == nil {
		err = o.hear(answer)
	}
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.refused = append(w.refused, err)
	}
	return true
}

func (w *traffic) draw(id string, random *rand.Rand) *order {
	o := &order{id: id, path: "/api/reg2reg", amount: money.Amount(1 + random.IntN(20_000)), told: map[string]string{}}
	kind := random.IntN(len(w.tokens) + len(destinations.accounts))
	if kind < len(w.tokens) {
		o.fields = w.shop.payFields(id, o.amount.String(), "driver", w.tokens[kind])
	} else {
		o.path = "/api/to_iban"
		o.fields = w.shop.ibanFields(id, o.amount.String(), destinations.accounts[kind-len(w.tokens)])
	}
	if o.keyed = random.IntN(2) == 0; o.keyed {
		o.fields = append(o.fields, "pg_idempotency_key", "key-"+id)
	}
	return o
}

// hear notes an answer, which must name a payout.
func (o *order) hear(answer pg.Message) error {
	payment := answer.Get("pg_payment_id")
	if payment == "" {
		return fmt.Errorf("order %s: %s %s", o.id, answer.Get("pg_error_code"), answer.Get("pg_error_description"))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told[payment] = answer.Get("pg_status")
	return nil
}

// receive takes a callback. Of every seventh payment the first is not accepted.
func (w *traffic) receive(r shop.Received, before int) int {
	payment := r.Message.Get("pg_payment_id")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.received[payment] = append(w.received[payment], r.Message)
	if id, _ := strconv.Atoi(payment); id%7 == 0 && before == 0 {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}
