package e2e

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// wire is what lies between servers and their PostgreSQL. It reads along, and
// catches a transaction at the instant when its COMMIT is under way.
type wire struct {
	URL  string // of the database at this end
	dial func() (net.Conn, error)

	mu    sync.Mutex
	snare *snare        // nil when nothing is to be caught
	ended chan struct{} // closed with the test
}

// snare waits for the COMMIT of a transaction that writes to a table. One that is sent
// as a whole has none: it is committed by the Sync behind it.
type snare struct {
	table  *regexp.Regexp
	caught chan *commit
}

// commit is a COMMIT that was sent and has not arrived: the sender waits for an
// answer. One of its methods must be called.
type commit struct {
	link *link
	goOn chan bool     // whether it goes on to PostgreSQL
	over chan struct{} // closed when the connection has ended
}

// newWire leads to a database.
func newWire(t *testing.T, database string) *wire {
	t.Helper()
	there, err := pgx.ParseConfig(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	location := url.URL{Scheme: "postgres", User: url.User(there.User), Host: listener.Addr().String(), Path: "/" + there.Database, RawQuery: "sslmode=disable"}
	network, address := pgconn.NetworkAddress(there.Host, there.Port)
	w := &wire{URL: location.String(), ended: make(chan struct{}), dial: func() (net.Conn, error) { return net.Dial(network, address) }}
	var links sync.WaitGroup
	links.Go(func() {
		for here, err := listener.Accept(); err == nil; here, err = listener.Accept() {
			links.Go(func() { w.lead(here) })
		}
	})
	t.Cleanup(func() { // after the servers, which hold the connections, have ended
		listener.Close()
		close(w.ended)
		links.Wait()
	})
	return w
}

// catch waits for the next transaction that writes to a table and is about to be
// committed, and holds it there.
func (w *wire) catch(t *testing.T, table string) *commit {
	t.Helper()
	s := &snare{regexp.MustCompile(`\b` + table + `\b`), make(chan *commit, 1)}
	w.mu.Lock()
	w.snare = s
	w.mu.Unlock()
	select {
	case c := <-s.caught:
		return c
	case <-time.After(patience):
		t.Fatalf("nothing was written to %s", table)
		return nil
	}
}

// lose cuts the connection: the COMMIT never arrives.
func (c *commit) lose() {
	c.goOn <- false
	<-c.over
}

// loseAnswer lets the COMMIT arrive, waits until the transaction has ended, and cuts the
// connection before its sender hears of it. It tells whether it was committed: one that
// was decided from a wrong memory was not.
func (c *commit) loseAnswer(t *testing.T) (committed bool) {
	t.Helper()
	c.link.deaf <- struct{}{}
	c.goOn <- true
	select {
	case <-c.over:
	case <-time.After(patience):
		t.Fatal("a COMMIT was not answered")
	}
	return c.link.heard == "COMMIT"
}

// link is one connection.
type link struct {
	wire     *wire
	prepared map[string]string // statements by name
	begun    bool              // with a BEGIN: a COMMIT will come
	wrote    []string          // statements of the transaction that is open
	deaf     chan struct{}     // full when the next end of a transaction must not be heard
	heard    string            // how that was answered
}

var (
	begins  = regexp.MustCompile(`(?i)^\s*(begin|start transaction)\b`)
	commits = regexp.MustCompile(`(?i)(^|;)\s*commit\b`)
	reads   = regexp.MustCompile(`(?i)^\s*(select|set|show)\b`)
)

// lead passes on what two ends say until either of them has enough.
func (w *wire) lead(here net.Conn) {
	defer here.Close()
	there, err := w.dial()
	if err != nil {
		return
	}
	defer there.Close()
	l := &link{wire: w, prepared: map[string]string{}, deaf: make(chan struct{}, 1)}
	over := make(chan struct{})
	client, server := pgproto3.NewBackend(here, here), pgproto3.NewFrontend(there, there)
	first, err := client.ReceiveStartupMessage()
	if err != nil || say(server, first) != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() {
		defer here.Close()
		l.answers(server, client)
	})
	defer func() {
		there.Close()
		both.Wait()
		close(over)
	}()
	for {
		message, err := client.Receive()
		if err != nil || !l.mayPass(message, over) || say(server, message) != nil {
			return
		}
	}
}

func say(server *pgproto3.Frontend, message pgproto3.FrontendMessage) error {
	server.Send(message)
	return server.Flush()
}

// answers passes on what PostgreSQL says, up to what must not be heard.
func (l *link) answers(server *pgproto3.Frontend, client *pgproto3.Backend) {
	ended := "COMMIT" // how, should a transaction end that was sent as a whole
	for {
		message, err := server.Receive()
		if err != nil {
			return
		}
		tag := ""
		switch m := message.(type) {
		case *pgproto3.CommandComplete:
			tag = string(m.CommandTag)
		case *pgproto3.ErrorResponse:
			ended = "ROLLBACK"
		case *pgproto3.ReadyForQuery:
			tag, ended = ended, "COMMIT"
		}
		if (tag == "COMMIT" || tag == "ROLLBACK") && len(l.deaf) > 0 {
			l.heard = tag
			return
		}
		client.Send(message)
		if client.Flush() != nil {
			return
		}
	}
}

// mayPass holds up a COMMIT that is waited for and tells whether the message may
// go on.
func (l *link) mayPass(message pgproto3.FrontendMessage, over chan struct{}) bool {
	var text string
	ends := false
	switch m := message.(type) {
	case *pgproto3.Sync:
		ends = !l.begun
	case *pgproto3.Parse:
		l.prepared[m.Name] = m.Query
	case *pgproto3.Query:
		text = m.String
	case *pgproto3.Bind:
		text = l.prepared[m.PreparedStatement]
	}
	switch {
	case begins.MatchString(text):
		l.begun, l.wrote = true, nil
	case ends, commits.MatchString(text):
		wrote := strings.Join(l.wrote, ";")
		l.begun, l.wrote = false, nil
		if s := l.wire.sprung(wrote); s != nil {
			c := &commit{link: l, goOn: make(chan bool), over: over}
			s.caught <- c
			select {
			case goOn := <-c.goOn:
				return goOn
			case <-l.wire.ended: // a test that failed
				return false
			}
		}
	case text != "" && !reads.MatchString(text):
		l.wrote = append(l.wrote, text)
	}
	return true
}

// sprung takes the snare if what a transaction wrote is what it waits for.
func (w *wire) sprung(wrote string) *snare {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.snare
	if s == nil || !s.table.MatchString(wrote) {
		return nil
	}
	w.snare = nil
	return s
}
