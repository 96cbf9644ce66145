package pgtest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Wire leads to a database over TCP. Silence makes the connections that are open say nothing any more, like those to a host without
// power, though what is sent over them is taken; new ones work.
type Wire struct {
	URL      string
	socket   string
	listener net.Listener

	mu     sync.Mutex
	silent chan struct{} // closed for the connections that were opened before
	ends   []net.Conn
}

// NewWire is a wire to a database of the test's.
func NewWire(t testing.TB, database string) *Wire {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	w := &Wire{socket: u.Query().Get("host") + "/.s.PGSQL." + u.Query().Get("port"), silent: make(chan struct{})}
	if w.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Cut)
	u.Host, u.RawQuery = w.listener.Addr().String(), "sslmode=disable"
	w.URL = u.String()
	go w.serve()
	return w
}

// Silence falls on all connections that are open.
func (w *Wire) Silence() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.silent)
	w.silent = make(chan struct{})
}

// Cut ends all connections, the silent ones too, for which a pool that is closed would wait; and there will be no new ones.
func (w *Wire) Cut() {
	w.listener.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.ends {
		c.Close()
	}
}

func (w *Wire) serve() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return // the test is over
		}
		server, err := net.Dial("unix", w.socket)
		if err != nil {
			client.Close()
			continue
		}
		w.mu.Lock()
		silent := w.silent
		w.ends = append(w.ends, client, server)
		w.mu.Unlock()
		go carry(server, client, silent)
		go carry(client, server, silent)
	}
}

// carry copies until there is silence, and takes what comes then to nowhere.
func carry(to, from net.Conn, silent <-chan struct{}) {
	defer to.Close()
	chunk := make([]byte, 1<<16)
	for {
		n, err := from.Read(chunk)
		select {
		case <-silent:
			_, _ = io.Copy(io.Discard, from)
			return
		default:
		}
		if err != nil {
			return
		}
		if _, err := to.Write(chunk[:n]); err != nil {
			return
		}
	}
}
