package merchantapi_test

import (
	"path/filepath"
	"strings"
	"testing"

	"tolem/internal/merchant"
	"tolem/internal/platform"
	"tolem/internal/protocol/pg"
)

// TestWhileTheBankIsSilent a cancel and a capture are unknown, 9999, a refund is
// accepted, and a charge is in process (spec 01, 2.9; R28).
func TestWhileTheBankIsSilent(t *testing.T) {
	t.Parallel()
	sandbox := true
	config := platform.Config{
		Sandbox: &sandbox, Database: "sqlite:" + filepath.Join(t.TempDir(), "tolem.db"), VaultKey: production().VaultKey,
	}
	before := open(t, config)
	shop := before.enroll(merchant.Test)
	token, _ := shop.save("cardstorage", "usr-1", "6224466455690681278", "08/29")
	held, taken := shop.charge("15", token, "usr-1", false), shop.charge("15", token, "usr-1", true)
	before.broken = true // closed now, not at the end
	if err := before.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	config.NoEffects, config.Patience = true, -1 // nobody calls the bank
	h := open(t, config)
	shop.Base = h.URL()
	call := func(path string, fields ...string) pg.Message {
		t.Helper()
		answer, err := shop.Call(t.Context(), path, fields...)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	refusedWith(t, "a cancel", call("/cancel", "pg_payment_id", held), "9999", "")
	refusedWith(t, "a capture after it", call("/do_capture", "pg_payment_id", held), "9999", "")
	refusedWith(t, "a refund of a hold", call("/revoke", "pg_payment_id", held), "10034", "")
	refund := call("/revoke", "pg_payment_id", taken, "pg_refund_amount", "5")
	if refund.Get("pg_status") != "ok" || !refund.Has("pg_revoke_payment_id") {
		t.Errorf("a refund: %v", lines(nil, "", refund))
	}
	status := call("/get_status3", "pg_payment_id", taken)
	if status.Get("pg_refund_amount") != "-5" || status[indexOf(status, "pg_refund_payments")].Nested[0].Nested.Get("pg_payment_status") != "pending" {
		t.Errorf("its status: %v", lines(nil, "", status))
	}
	if rest := call("/revoke", "pg_payment_id", taken); rest.Get("pg_status") != "ok" {
		t.Errorf("a refund of the rest: %v", lines(nil, "", rest))
	}
	if status := call("/get_status", "pg_payment_id", taken); status.Get("pg_transaction_status") != "ok" || status.Has("pg_revoke_date") {
		t.Errorf("what the bank may still keep: %v", lines(nil, "", status))
	}
	if status := call("/get_status3", "pg_payment_id", held); status.Get("pg_payment_status") != "success" || status.Get("pg_captured") != "0" {
		t.Errorf("the status of the hold: %v", lines(nil, "", status))
	}
	created := call(shop.path("/card/init"), "pg_order_id", "A-1", "pg_amount", "1", "pg_description", "x", "pg_user_id", "usr-1", "pg_card_token", token,
		"pg_result_url", "https://pay.example/success", "pg_success_url", "https://shop.example/", "pg_failure_url", "https://shop.example/")
	id := created.Get("pg_payment_id")
	if direct := call(shop.path("/card/direct"), "pg_payment_id", id); direct.Get("pg_status") != "ok" || direct.Get("pg_payment_status") != "process" {
		t.Errorf("a charge: %v", lines(nil, "", direct))
	}
	if status := call("/get_status3", "pg_payment_id", id); status.Get("pg_payment_status") != "pending" || status.Get("pg_captured") != "0" {
		t.Errorf("its status: %v", lines(nil, "", status))
	}
	if status := call("/get_status", "pg_payment_id", id); status.Get("pg_transaction_status") != "pending" {
		t.Errorf("its status in old words: %v", lines(nil, "", status))
	}
	created = call("/init_payment", "pg_order_id", "A-2", "pg_amount", "1", "pg_description", "x", "pg_state_url", "https://shop.example/wait?cart=7",
		"pg_success_url", "https://shop.example/", "pg_failure_url", "https://shop.example/")
	page := created.Get("pg_redirect_url")
	shop.typeCard(page, "6224466455690681278", "08/29")
	if _, body := ask(t, raw("GET", strings.Replace(page, "https://pay.example", h.URL(), 1), "", "")); !strings.Contains(body, ` href="https://shop.example/wait?cart=7&amp;pg_order_id=A-2&amp;`) || strings.Contains(body, "data-return") {
		t.Errorf("a payer who does not wait goes elsewhere: %s", body)
	}
	refusedWith(t, "a cancel of a charge under way", call("/cancel", "pg_payment_id", id), "120", "")
}

func indexOf(m pg.Message, name string) int {
	for i := range m {
		if m[i].Name == name {
			return i
		}
	}
	return 0
}
