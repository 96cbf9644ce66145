package outbound

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// forbidden are targets that must cause no connection; PORT is that of a listener on every loopback address.
var forbidden = []string{
	// Loopback and this host, in every spelling that some resolver takes.
	"http://127.0.0.1:PORT/", "http://127.0.0.1.:PORT/", "http://127.1:PORT/", "http://127.0.1:PORT/", "http://127.255.255.254:PORT/",
	"http://2130706433:PORT/", "http://0x7f000001:PORT/", "http://0X7F000001:PORT/", "http://017700000001:PORT/", "http://0x7f.1:PORT/",
	"http://0x7f.0x0.0x0.0x1:PORT/", "http://0177.0.0.1:PORT/", "http://127.0.0.01:PORT/", "http://127.0.0.0x1:PORT/", "http://127.0.0.1.0x:PORT/",
	"http://00000177.0.0.1:PORT/", "http://127.0.0.1:PORT:80/", "http://１２７.０.０.１:PORT/", "http://①②⑦.0.0.1:PORT/", "http://127。0。0。1:PORT/",
	"http://127.0.0.%31:PORT/", "http://0:PORT/", "http://0.0.0.0:PORT/", "http://0.0.0.1:PORT/", "http://[::]:PORT/", "http://[::1]:PORT/",
	"http://[0:0:0:0:0:0:0:1]:PORT/", "http://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/", "https://127.0.0.1:PORT/", "https://[::1]:PORT/",
	// IPv4 inside IPv6.
	"http://[::ffff:127.0.0.1]:PORT/", "http://[::ffff:7f00:1]:PORT/", "http://[::ffff:8.8.8.8]:PORT/", "http://[::127.0.0.1]:PORT/",
	"http://[::7f00:1]:PORT/", "http://[::ffff:0:127.0.0.1]:PORT/", "http://[64:ff9b::127.0.0.1]:PORT/", "http://[64:ff9b::a00:1]:PORT/",
	"http://[64:ff9b:1::1]:PORT/", "http://[2002:7f00:1::]:PORT/", "http://[2002:c0a8:101::1]:PORT/", "http://[2001:0:7f00:1::]:PORT/",
	"http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]:PORT/", "http://[fe80::5efe:127.0.0.1]:PORT/",
	// Private, shared and link-local networks, and the cloud's metadata.
	"http://10.0.0.1:PORT/", "http://10.255.255.255:PORT/", "http://172.16.0.1:PORT/", "http://172.31.255.255:PORT/", "http://192.168.0.1:PORT/",
	"http://192.168.255.255:PORT/", "http://100.64.0.1:PORT/", "http://100.127.255.255:PORT/", "http://100.100.100.200:PORT/",
	"http://169.254.0.1:PORT/", "http://169.254.169.254/latest/meta-data/", "http://0xa9fea9fe/", "http://2852039166/", "http://169.254.43518/",
	"http://[fd00::1]:PORT/", "http://[fc00::1]:PORT/", "http://[fd00:ec2::254]/latest/meta-data/", "http://[fe80::1]:PORT/",
	"http://169.254.169.254./", "http://0251.0376.0251.0376/", "http://[::ffff:169.254.169.254]/", "http://[64:ff9b::169.254.169.254]/",
	"http://[64:ff9b:1:ffff:ffff:ffff:a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/", "http://168.63.129.16/", "http://[fd20:ce::254]/",
	"http://192.0.0.192/", "http://3232235521:PORT/", "http://0xc0.0xa8.1:PORT/", "http://0300.0250.0.1:PORT/", "http://10.1:PORT/",
	"http://[fe80::1%25lo]:PORT/", "http://[::1%25lo]:PORT/", "http://[fec0::1]:PORT/",
	// Addresses of no host.
	"http://192.0.0.1:PORT/", "http://192.0.2.1:PORT/", "http://192.88.99.1:PORT/", "http://198.18.0.1:PORT/", "http://198.19.255.255:PORT/",
	"http://198.51.100.1:PORT/", "http://203.0.113.1:PORT/", "http://224.0.0.1:PORT/", "http://239.255.255.255:PORT/", "http://240.0.0.1:PORT/",
	"http://255.255.255.255:PORT/", "http://[ff02::1]:PORT/", "http://[ff0e::1]:PORT/", "http://[2001:db8::1]:PORT/", "http://[3fff::1]:PORT/",
	"http://[2001:2::1]:PORT/", "http://[2001:10::1]:PORT/", "http://[100::1]:PORT/", "http://[5f00::1]:PORT/", "http://[3ffe::1]:PORT/",
	"http://[4000::1]:PORT/",
	// Names.
	"http://localhost:PORT/", "http://LocalHost:PORT/", "http://localhost.:PORT/", "http://a.localhost:PORT/", "http://localhost.localdomain:PORT/",
	"http://loopback.test:PORT/", "http://loopback6.test:PORT/", "http://mapped.test:PORT/", "http://private.test:PORT/", "http://mixed.test:PORT/",
	"http://mixed6.test:PORT/", "http://mixed46.test:PORT/", "http://mixed64.test:PORT/", "http://last.test:PORT/", "http://unspecified.test:PORT/",
	"http://zone.test:PORT/", "http://metadata.test/", "https://loopback.test:PORT/", "http://ⓛocalhost:PORT/",
	// No target at all.
	"", "/", "//127.0.0.1:PORT/", "127.0.0.1:PORT", "localhost:PORT", "http:", "http://", "http:///path", "http://:PORT/", "http:127.0.0.1:PORT/",
	"ftp://127.0.0.1:PORT/", "file:///etc/passwd", "gopher://127.0.0.1:PORT/", "unix:///run/postgresql", "data:text/plain,hello", "javascript:1",
	"http://user@public.test:PORT/", "http://user:password@public.test:PORT/", "http://public.test@127.0.0.1:PORT/",
	"http://127.0.0.1\\@public.test:PORT/", "http://public.test:0/", "http://public.test:65536/", "http://public.test:-1/", "http://public.test:http/",
	"http://[::1/", "http://::1:PORT/", "http://[127.0.0.1]:PORT/", "http://127.0.0.1:PORT\r\nHost: public.test/", "http://public.test\x00/",
	"http://.:PORT/", "http://..:PORT/",
}

// names resolves as a table says.
type names map[string][]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	texts, ok := n[strings.ToLower(host)]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var addrs []netip.Addr
	for _, text := range texts {
		addrs = append(addrs, netip.MustParseAddr(text))
	}
	return addrs, nil
}

// countAttempts counts the sockets that c is about to connect and, once the guard has spoken, keeps them all from connecting.
func countAttempts(c *Client) *atomic.Int64 {
	var attempts atomic.Int64
	check := c.guard.dialer.Control
	c.guard.dialer.Control = func(network, address string, raw syscall.RawConn) error {
		attempts.Add(1)
		if err := check(network, address, raw); err != nil {
			return err
		}
		return syscall.ECONNREFUSED
	}
	return &attempts
}

// listen counts the connections to a port of the loopback addresses.
func listen(t *testing.T) (port string, accepted *atomic.Int64) {
	listener, err := net.Listen("tcp", ":0") // also ::1, also 127.0.0.0/8
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	accepted = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			conn.Close()
		}
	}()
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return port, accepted
}

func TestForbiddenTargetsCauseNoConnection(t *testing.T) {
	port, accepted := listen(t)
	client := New(Options{
		ConnectTimeout: time.Second,
		Timeout:        time.Second,
		Resolver: names{
			"public.test":    {"8.8.8.8"},
			"loopback.test":  {"127.0.0.1"},
			"loopback6.test": {"::1"},
			"mapped.test":    {"::ffff:127.0.0.1"},
			"private.test":   {"192.168.1.1"},
			"mixed.test":     {"8.8.8.8", "10.0.0.1"},
			"mixed6.test":    {"2606:4700::1111", "::1"},
			"mixed46.test":   {"8.8.8.8", "fd00::1"},
			"mixed64.test":   {"2606:4700::1111", "::ffff:10.0.0.1"},
			// One address more than are tried.
			"last.test":        {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "127.0.0.1"},
			"unspecified.test": {"0.0.0.0"},
			"zone.test":        {"fe80::1%lo"},
			"metadata.test":    {"169.254.169.254"},
			"localhost":        {"127.0.0.1"},
		},
	})
	attempts := countAttempts(client)
	if len(forbidden) < 80 {
		t.Fatalf("only %d targets", len(forbidden))
	}
	for _, target := range forbidden {
		target = strings.ReplaceAll(target, "PORT", port)
		_, got := client.Get(t.Context(), target)
		_, posted := client.Post(t.Context(), target, "text/plain", []byte("body"))
		if !errors.Is(got, ErrForbiddenTarget) || !errors.Is(posted, ErrForbiddenTarget) {
			t.Errorf("%q: GET %v, POST %v", target, got, posted)
		}
	}
	if attempts.Load() != 0 || accepted.Load() != 0 {
		t.Errorf("%d sockets, %d connections", attempts.Load(), accepted.Load())
	}
}

func TestPublicTargetsAreDialled(t *testing.T) {
	client := New(Options{Resolver: names{
		"public.test": {"8.8.8.8"}, "public6.test": {"2606:4700::1111"}, "mapped.test": {"::ffff:8.8.8.8"}, "xn--e1alev94f.test": {"1.1.1.1"},
	}})
	attempts := countAttempts(client)
	for i, target := range []string{
		"http://8.8.8.8/", "https://8.8.8.8/", "http://8.8.8.8:8080/", "http://[2606:4700::1111]/", "http://public.test/", "http://PUBLIC.test/",
		"http://public6.test/", "http://mapped.test/", "http://төлем.test/", "http://100.63.255.255/", "http://100.128.0.0/", "http://172.32.0.0/",
		"http://11.0.0.0/", "http://198.20.0.0/", "http://223.255.255.255/",
	} {
		if _, err := client.Get(t.Context(), target); !errors.Is(err, ErrRefused) || attempts.Load() != int64(i+1) {
			t.Errorf("%s: %v after %d sockets", target, err, attempts.Load())
		}
	}
}

func TestSpecialAddressesAreRefusedEvenWithAllowPrivate(t *testing.T) {
	client := New(Options{AllowPrivate: true})
	attempts := countAttempts(client)
	for _, target := range []string{
		"http://169.254.169.254/", "http://0.0.0.0/", "http://224.0.0.1/", "http://255.255.255.255/", "http://203.0.113.1/", "http://[fe80::1]/",
		"http://[::]/", "http://100.100.100.200/", "http://[fd00:ec2::254]/", "http://[64:ff9b::a00:1]/", "http://[::ffff:127.0.0.1]/", "http://127.1/", "http://0x7f000001/", "ftp://127.0.0.1/",
	} {
		if _, err := client.Get(t.Context(), target); !errors.Is(err, ErrForbiddenTarget) {
			t.Errorf("%s: %v", target, err)
		}
	}
	if attempts.Load() != 0 {
		t.Errorf("%d sockets", attempts.Load())
	}
	for i, target := range []string{"http://127.0.0.1/", "http://10.0.0.1/", "http://100.64.0.1/", "http://[::1]/", "http://[fd00::1]/", "http://localhost/"} {
		if _, err := client.Get(t.Context(), target); !errors.Is(err, ErrRefused) || attempts.Load() <= int64(i) {
			t.Errorf("%s: %v after %d sockets", target, err, attempts.Load())
		}
	}
}

// TestProxiesOfTheEnvironmentAreNotUsed: one would be called in place of the target, and call what it likes. net/http reads the
// environment once, so the calls are made by another process.
func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	if port := os.Getenv("TEST_TARGET_PORT"); port != "" {
		client := New(Options{AllowPrivate: true, Resolver: names{"shop.test": {"127.0.0.1"}}})
		client.Get(t.Context(), "http://shop.test:"+port)
		client.Get(t.Context(), "https://shop.test:"+port)
		return
	}
	proxyPort, proxied := listen(t)
	port, accepted := listen(t)
	caller := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	caller.Env = append(os.Environ(), "TEST_TARGET_PORT="+port, "NO_PROXY=", "no_proxy=")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		caller.Env = append(caller.Env, name+"=http://127.0.0.1:"+proxyPort, strings.ToLower(name)+"=http://127.0.0.1:"+proxyPort)
	}
	if output, err := caller.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if proxied.Load() != 0 || accepted.Load() != 2 {
		t.Errorf("%d connections to the proxy, %d to the target", proxied.Load(), accepted.Load())
	}
}

// rebinding answers with a public address first and with a private one ever after.
type rebinding struct{ lookups atomic.Int64 }

func (r *rebinding) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	if r.lookups.Add(1) == 1 {
		return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

func TestTheCheckedAddressIsTheDialledOne(t *testing.T) {
	resolver := new(rebinding)
	client := New(Options{Resolver: resolver})
	var dialled []string
	client.guard.dialer.Control = func(_, address string, _ syscall.RawConn) error {
		dialled = append(dialled, address)
		return syscall.ECONNREFUSED
	}
	client.Get(t.Context(), "http://rebinding.test/")
	if len(dialled) != 1 || dialled[0] != "8.8.8.8:80" || resolver.lookups.Load() != 1 {
		t.Errorf("dialled %v after %d lookups", dialled, resolver.lookups.Load())
	}
	if _, err := client.Get(t.Context(), "http://rebinding.test/"); !errors.Is(err, ErrForbiddenTarget) || len(dialled) != 1 {
		t.Errorf("second call: %v, dialled %v", err, dialled)
	}
}

func TestTheSocketRefusesWhatTheGuardLetThrough(t *testing.T) {
	guard := newGuard(Options{})
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "[fe80::1%lo]:80", "10.0.0.1:80", "localhost:80", ""} {
		if err := guard.control("tcp", address, nil); !errors.Is(err, ErrForbiddenTarget) {
			t.Errorf("%q: %v", address, err)
		}
	}
}
