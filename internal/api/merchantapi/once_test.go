package merchantapi_test

import (
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tolem/internal/bank/simulator"
	"tolem/internal/ledger"
	"tolem/internal/payout"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
	"tolem/internal/store"
)

var (
	keysAtOnce   = flag.Int("keys", keysTried, "keys and orders of TestManyCallsAtOnceHaveOneEffect on each store")
	balancesOnce = flag.Int("rounds", roundsTried, "rounds of TestABalanceForOnePayoutGivesOne on each store")
)

// atOnce sends messages at the same time, each under a salt of its own.
func (s *seller) atOnce(t *testing.T, messages []pg.Message) []pg.Message {
	t.Helper()
	answers, errs := make([]pg.Message, len(messages)), make([]error, len(messages))
	var calls sync.WaitGroup
	for i, message := range messages {
		calls.Go(func() { answers[i], errs[i] = s.Send(t.Context(), "/api/reg2reg", s.Sign("/api/reg2reg", message)) })
	}
	calls.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
		answers[i] = unsealed(answers[i])
	}
	return answers
}

// crowd is a client that keeps as many connections as the tests have calls at once.
func crowd() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: patient.Timeout}
}

// undelivered is a payout whose notify ends here: its link is a page of this house.
func undelivered(shop *seller, token, order, amount string) pg.Message {
	return values{}.apply(payoutOf(shop, token, order, amount), "pg_post_link=https://pay.example/success")
}

// TestManyCallsAtOnceHaveOneEffect: 32 clients ask for the same payout, by its key
// or by its order id. There is one row, one hold that is posted, and one credit at
// the bank, and all are answered alike.
func TestManyCallsAtOnceHaveOneEffect(t *testing.T) {
	both(t, func(t *testing.T, h *house, shop *seller, c cards) {
		shop.HTTP = crowd()
		defer shop.HTTP.CloseIdleConnections()
		for n := range *keysAtOnce {
			message := undelivered(shop, c.good, fmt.Sprint("once-", n), "1.25")
			if n == *keysAtOnce/2 {
				shop.set("payout.unique_order_id", "no")
			}
			if n >= *keysAtOnce/2 {
				message = message.With("pg_idempotency_key", fmt.Sprint("key-", n))
			}
			answers := shop.atOnce(t, repeated(message, 32))
			for _, answer := range answers {
				if paid(t, answer); answer.Get("pg_payment_id") != answers[0].Get("pg_payment_id") {
					t.Fatalf("%s: payouts %s and %s", message.Get("pg_order_id"), answers[0].Get("pg_payment_id"), answer.Get("pg_payment_id"))
				}
				if diff := cmp.Diff(lines(nil, "", answers[0]), lines(nil, "", answer)); diff != "" && !inProcess(answers) {
					t.Fatalf("%s: two answers differ:\n%s", message.Get("pg_order_id"), diff)
				}
			}
		}
		h.settled(t)
		if got := len(shop.transfers()); got != 1+2**keysAtOnce {
			t.Errorf("%d transfers: want the deposit, and %d holds and their posts", got, *keysAtOnce)
		}
		compareWithBank(t, h, shop, *keysAtOnce)
	})
}

// paid wants an answer of a payout that was accepted. One is in process when the
// machine was too busy for the bank's answer to come in time.
func paid(t *testing.T, answer pg.Message) {
	t.Helper()
	if status := answer.Get("pg_status"); status != "ok" && status != "process" {
		t.Fatalf("status %s: %s", status, strings.Join(lines(nil, "", answer), ", "))
	}
}

func inProcess(answers []pg.Message) bool {
	return slices.ContainsFunc(answers, func(m pg.Message) bool { return m.Get("pg_status") == "process" })
}

// settled lets time pass until no payout is in process.
func (h *house) settled(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		left := 0
		err := h.DB.View(t.Context(), func(tx *store.Tx) error {
			rows, err := payout.Rows.Select(t.Context(), tx, "WHERE state IN ('created', 'process')")
			left = len(rows)
			return err
		})
		switch {
		case err != nil:
			t.Fatal(err)
		case left == 0:
			return
		case time.Now().After(deadline):
			t.Fatalf("%d payouts never end", left)
		}
		h.clock.Advance(time.Minute)
	}
}

func repeated(m pg.Message, times int) []pg.Message {
	all := make([]pg.Message, times)
	for i := range all {
		all[i] = m
	}
	return all
}

// compareWithBank wants as many successful payouts of the merchant as were sent to
// the bank, each of them once.
func compareWithBank(t *testing.T, h *house, shop *seller, want int) {
	t.Helper()
	var rows []payout.Row
	err := h.DB.View(t.Context(), func(tx *store.Tx) (err error) {
		rows, err = payout.Rows.Select(t.Context(), tx, "WHERE merchant_id = $1 AND state = 'success'", shop.Merchant)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	records := h.bankRecords(t)
	if len(rows) != want || len(records) != want {
		t.Fatalf("%d payouts, %d credits at the bank: want %d", len(rows), len(records), want)
	}
	sent := map[string]simulator.Record{}
	for _, r := range records {
		sent[r.Reference] = r
	}
	for _, row := range rows {
		if r := sent[fmt.Sprint("po", row.PaymentID)]; r.Received != 1 || r.Amount != row.Amount {
			t.Errorf("payout %d of %s: the bank has %s, received %d times", row.PaymentID, row.Amount, r.Amount, r.Received)
		}
	}
}

// bankRecords are what the simulated bank was sent; on SQLite it has a file of its own.
func (h *house) bankRecords(t *testing.T) (records []simulator.Record) {
	t.Helper()
	db := h.DB
	if db.Kind() == "sqlite" {
		var err error
		if db, err = store.Open(t.Context(), "sqlite:"+filepath.Join(h.Config.Data, "tolem-bank.db"), store.Options{}); err != nil {
			t.Fatal(err)
		}
		defer db.Close()
	}
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		records, err = simulator.Records.Select(t.Context(), tx, "ORDER BY reference")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// TestABalanceForOnePayoutGivesOne to 64 orders that want all of it at once.
func TestABalanceForOnePayoutGivesOne(t *testing.T) {
	both(t, func(t *testing.T, h *house, shop *seller, c cards) {
		shop.HTTP = crowd()
		defer shop.HTTP.CloseIdleConnections()
		amount := "1000000.00" // as every seller has at first
		for round := range *balancesOnce {
			messages := make([]pg.Message, 64)
			for i := range messages {
				messages[i] = undelivered(shop, c.good, fmt.Sprint("all-", round, "-", i), amount)
			}
			winners := 0
			for _, answer := range shop.atOnce(t, messages) {
				if answer.Get("pg_error_code") != fmt.Sprint(int(codes.PayoutBalanceTooLow)) {
					paid(t, answer)
					winners++
				}
			}
			if winners != 1 {
				t.Fatalf("round %d: %d winners", round, winners)
			}
			amount = "15.50"
			shop.fund(amount, ledger.Test)
		}
		h.settled(t)
		compareWithBank(t, h, shop, *balancesOnce)
	})
}
