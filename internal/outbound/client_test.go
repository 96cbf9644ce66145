package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// newLocal returns a client that calls servers of this machine and keeps 1 KiB of a body.
func newLocal() *Client { return New(Options{AllowPrivate: true, MaxBody: 1 << 10}) }

func serve(t *testing.T, handler http.HandlerFunc) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// serveRaw answers the first bytes of every connection with text and keeps it open until the test is over.
func serveRaw(t *testing.T, text string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	over := t.Context().Done()
	answer := func(conn net.Conn) {
		defer conn.Close()
		conn.Read(make([]byte, 4096))
		io.WriteString(conn, text)
		<-over
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn)
		}
	}()
	return "http://" + listener.Addr().String()
}

func TestPostSendsWhatItIsGivenAndReturnsTheAnswer(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintln(w, r.Method, r.URL, r.Header.Get("Content-Type"), r.UserAgent(), r.Header.Get("Accept-Encoding") == "", string(body))
	})
	answer, err := newLocal().Post(t.Context(), url+"/result?a=1", "text/plain", []byte("hello"))
	if err != nil || answer.Status != 202 || answer.Duration <= 0 {
		t.Fatalf("status %d after %v, %v", answer.Status, answer.Duration, err)
	}
	if want := "POST /result?a=1 text/plain Tolem true hello\n"; string(answer.Body) != want {
		t.Errorf("sent %q, want %q", answer.Body, want)
	}
}

func TestGetSendsNoBody(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, r.Method, r.ContentLength, r.Header["Content-Type"])
	})
	if answer, err := newLocal().Get(t.Context(), url); err != nil || string(answer.Body) != "GET 0 []\n" {
		t.Errorf("%s, %v", answer.Body, err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var followed atomic.Int64
	target := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{target, "://malformed", ""} {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(status)
			})
			if answer, err := newLocal().Post(t.Context(), url, "text/plain", nil); err != nil || answer.Status != status {
				t.Errorf("%d to %q: status %d, %v", status, location, answer.Status, err)
			}
		}
	}
	if followed.Load() != 0 {
		t.Errorf("%d redirects followed", followed.Load())
	}
}

func TestBodyIsCutAtItsLimit(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte("x"), 10<<20)) })
	answer, err := newLocal().Get(t.Context(), url)
	if err != nil || answer.Status != 200 || len(answer.Body) != 1<<10 {
		t.Errorf("status %d, %d bytes, %v", answer.Status, len(answer.Body), err)
	}
}

func TestHeadersAreBounded(t *testing.T) {
	url := serveRaw(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 2*maxHeader)+"\r\n\r\n")
	if _, err := newLocal().Get(t.Context(), url); !errors.Is(err, ErrBroken) {
		t.Errorf("error = %v", err)
	}
}

func TestSlowServersTimeOut(t *testing.T) {
	for name, text := range map[string]string{
		"silence":      "",
		"slow headers": "HTTP/1.1 200 OK\r\nX-Slow: ",
		"slow body":    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok",
		"hints only":   "HTTP/1.1 103 Early Hints\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := New(Options{AllowPrivate: true, Timeout: 200 * time.Millisecond})
			start := time.Now()
			answer, err := client.Get(t.Context(), serveRaw(t, text))
			if took := time.Since(start); !errors.Is(err, ErrTimeout) || took > 5*time.Second {
				t.Errorf("%v after %v", err, took)
			}
			if name == "slow body" && (answer.Status != 200 || string(answer.Body) != "ok") {
				t.Errorf("the answer so far: %d %q", answer.Status, answer.Body)
			}
		})
	}
}

// stuck is a name server that does not answer.
type stuck struct{}

func (stuck) LookupNetIP(ctx context.Context, _, _ string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestSlowNameServerTimesOut(t *testing.T) {
	client := New(Options{ConnectTimeout: 50 * time.Millisecond, Resolver: stuck{}})
	if _, err := client.Get(t.Context(), "http://stuck.test/"); !errors.Is(err, ErrTimeout) {
		t.Errorf("error = %v", err)
	}
}

func TestFailuresAreTold(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	client := newLocal()
	client.guard.resolver = names{}
	for _, c := range []struct {
		url  string
		want error
	}{
		{"http://" + closed.Addr().String(), ErrRefused},
		{"http://unknown.test", ErrUnresolved},
		{untrusted.URL, ErrTLS},
		{strings.Replace(plain, "http:", "https:", 1), ErrTLS},
		{serveRaw(t, "SSH-2.0-OpenSSH_9.2\r\n"), ErrBroken},
	} {
		_, err := client.Post(t.Context(), c.url+"/cb?token=s3cret", "text/plain", []byte("b0dy"))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.url, err, c.want)
		}
		if text := fmt.Sprint(err); strings.Contains(text, "s3cret") || strings.Contains(text, "b0dy") {
			t.Errorf("%s: the error repeats what was sent: %v", c.url, err)
		}
	}
}

func TestCallersCancellationIsItsOwn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := newLocal().Get(ctx, url); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestHTTP2AndReuseOfConnections(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto, r.RemoteAddr) }))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	client := newLocal()
	client.transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	client.transport.TLSClientConfig.NextProtos = nil
	var bodies []string
	for range 3 {
		answer, err := client.Get(t.Context(), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(answer.Body))
	}
	if !strings.HasPrefix(bodies[0], "HTTP/2.0") || len(slices.Compact(bodies)) != 1 {
		t.Errorf("answers %q", bodies)
	}
}

func TestConnectionsToOneHostAreBounded(t *testing.T) {
	var open, most atomic.Int64
	url := serve(t, func(http.ResponseWriter, *http.Request) {
		now := open.Add(1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		time.Sleep(10 * time.Millisecond)
		open.Add(-1)
	})
	client := newLocal()
	failures := make(chan error, 3*maxConnsPerHost)
	for range cap(failures) {
		go func() {
			_, err := client.Get(t.Context(), url)
			failures <- err
		}()
	}
	for range cap(failures) {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	if most.Load() > maxConnsPerHost {
		t.Errorf("%d connections at once", most.Load())
	}
}
