package e2e

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"tolem/internal/protocol/pg"
)

// TestTheFirstStartPrintsACallThatWorks does what a newcomer does: start the
// program, copy the curl line, paste it, and paste it again.
func TestTheFirstStartPrintsACallThatWorks(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		p := s.launch(t, append([]string{"--listen", "127.0.0.1:0"}, s.flags...)) // no command at all: it serves
		p.ready(t)
		var greeting string
		eventually(t, func() error {
			if greeting = read(t, p.stdout); !strings.Contains(greeting, "tolem sign") {
				return errors.New("the greeting is not complete")
			}
			return nil
		})
		for _, want := range []string{"700123", "demo-purchase-secret", "demo-payout-secret", "1000000000.00 KZT"} {
			if !strings.Contains(greeting, want) {
				t.Errorf("the greeting does not tell %s:\n%s", want, greeting)
			}
		}
		m := demo(t, p)
		pasted := pastable.FindString(greeting)
		first := asMessage(t, m, paste(t, pasted))
		expect(t, first, "pg_status", "ok", "pg_payment_amount", "15000", "pg_balance", "999985000.00")
		again := asMessage(t, m, post(t, pasted))
		expect(t, again, "pg_status", "ok", "pg_payment_id", first.Get("pg_payment_id"))
		if balance := m.balance(t); balance != "999985000.00" {
			t.Errorf("the balance is %s, want it to have fallen once", balance)
		}
		calls := pastable.FindAllString(greeting, -1)
		if len(calls) != 2 {
			t.Fatalf("the greeting has %d calls to paste", len(calls))
		}
		opened, err := pg.ParseXML(paste(t, calls[1]))
		if err != nil || !pg.Verify("init_payment.php", opened, m.Purchase) {
			t.Fatalf("the answer is not one of init_payment.php (%v)", err)
		}
		if status, _ := open(t, opened.Get("pg_redirect_url")); status != http.StatusOK {
			t.Errorf("the page of the first payment answers %d", status)
		}
		p.stop(t)
	})
}

// pastable is a curl command in a greeting.
var pastable = regexp.MustCompile(`(?s)curl http.*?[^\\]\n\n`)

// asMessage verifies an answer of reg2reg.
func asMessage(t *testing.T, m *merchant, body []byte) pg.Message {
	t.Helper()
	answer, err := pg.ParseXML(body)
	if err != nil || !pg.Verify("reg2reg", answer, m.Payout) {
		t.Fatalf("the answer is not one of reg2reg (%v)", err)
	}
	return answer
}

// paste runs the command as a shell would, where there is curl.
func paste(t *testing.T, command string) []byte {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		return post(t, command)
	}
	answer, err := exec.Command("sh", "-c", command).Output()
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// post sends what the command would send.
func post(t *testing.T, command string) []byte {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, field := range regexp.MustCompile(`-F '(\w+)=([^']*)'`).FindAllStringSubmatch(command, -1) {
		if err := form.WriteField(field[1], field[2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(strings.Fields(command)[1], form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
