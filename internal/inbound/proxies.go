package inbound

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Behind puts the address of the caller in place of that of a proxy (Request.RemoteAddr).
// Each proxy adds who called it to X-Forwarded-For, so the caller is the last one there
// that is no proxy of ours (the first, if all are): what stands before it anybody may
// have written. A call that comes through none of the proxies keeps its address.
func Behind(next http.Handler, proxies []net.IPNet) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for peer, ok := addressOf(r.RemoteAddr); ok && among(proxies, peer) && len(told) > 0; told = told[:len(told)-1] {
			if peer, ok = addressOf(strings.TrimSpace(told[len(told)-1])); ok {
				r.RemoteAddr = netip.AddrPortFrom(peer, 0).String()
			}
		}
		next.ServeHTTP(w, r)
	})
}

// addressOf reads an address, in brackets or with a port as well.
func addressOf(text string) (netip.Addr, bool) {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return address.Unmap().WithZone(""), err == nil
}

func among(networks []net.IPNet, address netip.Addr) bool {
	return slices.ContainsFunc(networks, func(n net.IPNet) bool { return n.Contains(address.AsSlice()) })
}
