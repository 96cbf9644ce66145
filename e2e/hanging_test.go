package e2e

import (
	"errors"
	"flag"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

var told = flag.Int("told", 6, "payouts of each merchant that TestHangingMerchantsDelayNobody wants to be told of")

// TestHangingMerchantsDelayNobody: of a hundred merchants ten take callbacks and
// do not answer, or answer a byte a second; they have more payouts than callbacks
// have workers. The others are told of all of theirs while that goes on.
func TestHangingMerchantsDelayNobody(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		var err error
		if s.program, err = plainProgram(); err != nil { // the race detector makes the load thin
			t.Fatal(err)
		}
		all := s.crowd(t, 100)
		p := s.start(t, "--log-level", "warn")
		var holes []*hole
		var hanging, others []*customer
		for i, c := range all {
			if c.Base = p.URL; i%10 == 0 {
				holes = append(holes, newHole(t, i%20 == 0))
				c.link = holes[len(holes)-1].url
				hanging = append(hanging, c)
			} else {
				others = append(others, c)
			}
		}
		inParallel(16, hanging, func(c *customer) { c.payAll(t, 40) })
		for _, h := range holes {
			eventually(t, h.busy)
		}
		inParallel(16, others, func(c *customer) { c.payAll(t, *told) })
		var delays []time.Duration
		for _, c := range others {
			delays = append(delays, c.delays(t)...)
		}
		for _, h := range holes {
			if err := h.busy(); err != nil {
				t.Error(err)
			}
		}
		slices.Sort(delays)
		worst := delays[len(delays)-1]
		t.Logf("%d callbacks: half of them within %v of the answer, 99 in 100 within %v, all within %v", len(delays),
			delays[len(delays)/2], delays[len(delays)*99/100], worst)
		if worst > 20*time.Second {
			t.Errorf("a callback came after %v: when calls that hang had been given up", worst)
		}
	})
}

// hole is a merchant's server that never answers, or never ends to.
type hole struct {
	url  string
	open atomic.Int64 // connections
}

func newHole(t *testing.T, drips bool) *hole {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	h := &hole{url: "http://" + listener.Addr().String() + "/notify"}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			h.open.Add(1)
			if drips {
				go drip(conn)
			}
			go func() {
				_, _ = io.Copy(io.Discard, conn) // until they give up, or are gone
				h.open.Add(-1)
				_ = conn.Close()
			}()
		}
	}()
	return h
}

// drip answers a byte a second.
func drip(conn net.Conn) {
	_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
	for err == nil {
		time.Sleep(time.Second)
		_, err = conn.Write([]byte("."))
	}
}

// busy complains when nobody is waiting for an answer.
func (h *hole) busy() error {
	if h.open.Load() == 0 {
		return errors.New("no call hangs")
	}
	return nil
}
