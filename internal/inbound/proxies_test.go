package inbound

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestACallerBehindProxiesIsTheLastThatIsNone(t *testing.T) {
	var proxies []net.IPNet
	for _, text := range []string{"10.0.0.0/8", "2001:db8::/32"} {
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		proxies = append(proxies, *network)
	}
	for _, c := range []struct {
		peer string
		told []string
		want string
	}{
		{"203.0.113.7:4711", nil, "203.0.113.7:4711"},
		{"203.0.113.7:4711", []string{"198.51.100.1"}, "203.0.113.7:4711"}, // no proxy of ours
		{"10.0.0.1:4711", nil, "10.0.0.1:4711"},                            // the proxy itself, as for its own checks
		{"10.0.0.1:4711", []string{"203.0.113.7"}, "203.0.113.7:0"},
		{"10.0.0.1:4711", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7:0"}, // the caller made up the first
		{"10.0.0.1:4711", []string{"198.51.100.1", "203.0.113.7 , 10.9.9.9"}, "203.0.113.7:0"},
		{"[2001:db8::5]:4711", []string{"2001:db9::7"}, "[2001:db9::7]:0"},
		{"[::ffff:10.0.0.1]:4711", []string{"203.0.113.7"}, "203.0.113.7:0"},
		{"10.0.0.1:4711", []string{"10.0.0.2"}, "10.0.0.2:0"},
		{"10.0.0.1:4711", []string{"203.0.113.7:51234"}, "203.0.113.7:0"},
		{"10.0.0.1:4711", []string{"[2001:db9::7]:51234"}, "[2001:db9::7]:0"},
		{"[2001:db8::5%eth0]:4711", []string{"[2001:db9::7]"}, "[2001:db9::7]:0"},
		{"10.0.0.1:4711", []string{"203.0.113.7, unknown"}, "10.0.0.1:4711"}, // nobody knows
		{"10.0.0.1:4711", []string{"203.0.113.7,"}, "10.0.0.1:4711"},
		{"@", []string{"203.0.113.7"}, "@"}, // a Unix socket
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.RemoteAddr = c.peer
		for _, told := range c.told {
			r.Header.Add("X-Forwarded-For", told)
		}
		got := ""
		Behind(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }), proxies).ServeHTTP(nil, r)
		if got != c.want {
			t.Errorf("%s, told %q: %s, want %s", c.peer, c.told, got, c.want)
		}
	}
}
