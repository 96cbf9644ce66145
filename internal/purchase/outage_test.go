package purchase_test

import (
	"net/http"
	"strings"
	"time"

	"tolem/internal/callback"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// aShopThatIsDownIsToldAgain every half an hour, for two hours (R39), and no payment
// changes for it.
func aShopThatIsDownIsToldAgain(h *house) {
	began := h.clock.Now()
	forAnHour := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if h.clock.Now().Before(began.Add(time.Hour)) {
				answer(w, r)
				return
			}
			h.shop.says("ok")(w, r)
		}
	}
	type end struct {
		attempts, status int64
		state            callback.State
	}
	ends := map[string]end{}
	payments := map[string]purchase.Key{}
	for script, c := range map[string]struct {
		answer http.HandlerFunc
		end
	}{
		"broken":     {forAnHour(broken["an error of its own"]), end{3, 200, callback.Delivered}},
		"moved":      {forAnHour(broken["a redirect"]), end{3, 200, callback.Delivered}},
		"talkative":  {tenMegabytes("rejected"), end{1, 200, callback.Delivered}},
		"redirected": {broken["a redirect"], end{5, 302, callback.Failed}},
		"gone":       {broken["a broken connection"], end{5, 0, callback.Failed}},
	} {
		h.shop.on(script, c.answer)
		w := h.proposal("A-"+script, true)
		w.Terms.ResultURL = h.shop.URL + "/fp/" + script
		payments[script], ends[script] = h.submit(h.create(w), good).Row.Key, c.end
	}
	for attempt := int64(1); attempt <= 5; attempt++ {
		for script, k := range payments {
			h.attempted(k, min(attempt, ends[script].attempts))
		}
		h.clock.Advance(30 * time.Minute)
	}
	h.clock.Advance(24 * time.Hour)
	for script, want := range ends {
		told := h.attempted(payments[script], want.attempts)
		if got := (end{told.Last.Attempt, told.Last.Status, told.State}); got != want {
			h.t.Errorf("%s: %+v, want %+v", script, got, want)
		}
		if n := len(h.shop.of(script, number(payments[script]))); int64(n) != want.attempts {
			h.t.Errorf("%s was told %d times, want %d", script, n, want.attempts)
		}
		if row := h.now(payments[script]); row.State != purchase.Captured || row.Refunded > 0 || row.Busy != 0 {
			h.t.Errorf("%s: %s, refunded %d", script, row.State, row.Refunded)
		}
	}
	if n := len(h.shop.of("ok", number(payments["moved"]))); n > 0 {
		h.t.Errorf("%d redirects were followed", n)
	}
}

// tenMegabytes is an answer that would count if it were shorter.
func tenMegabytes(status string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<response><pg_status>" + status + "</pg_status><x>" + strings.Repeat("y", 10<<20) + "</x></response>"))
	}
}

// attempted waits until the shop has been told of a payment so often.
func (h *house) attempted(k purchase.Key, times int64) (told callback.Progress) {
	h.t.Helper()
	h.becomes(k, "told", func(purchase.Row) bool {
		err := h.DB.View(h.t.Context(), func(tx *store.Tx) error {
			list, err := callback.List(h.t.Context(), tx, callback.Filter{MerchantID: k.MerchantID, PaymentID: k.PaymentID, Limit: 1})
			if len(list) == 1 {
				told = list[0]
			}
			return err
		})
		return err == nil && told.Last.Attempt >= times
	})
	return told
}
