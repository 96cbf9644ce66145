package inbound

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// Behind puts the address of the caller in place of that of a proxy (Request.RemoteAddr).
// Each proxy adds who called it to X-Forwarded-For, so the caller is the last one there
// that is no proxy of ours: what stands before it anybody may have written. Who does not
// come through one of the proxies is who he is.
func Behind(next http.Handler, proxies []net.IPNet) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil && among(proxies, host) && len(told) > 0; told = told[:len(told)-1] {
			if host = strings.TrimSpace(told[len(told)-1]); net.ParseIP(host) == nil {
				break
			}
			r.RemoteAddr = net.JoinHostPort(host, "0")
		}
		next.ServeHTTP(w, r)
	})
}

func among(networks []net.IPNet, host string) bool {
	address := net.ParseIP(host)
	return address != nil && slices.ContainsFunc(networks, func(n net.IPNet) bool { return n.Contains(address) })
}
