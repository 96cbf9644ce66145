package outbound

import (
	"context"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

// everywhere resolves every name to the same address.
type everywhere netip.Addr

func (e everywhere) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.Addr(e)}, nil
}

// FuzzTarget: whatever is called and whatever its name resolves to, no socket is connected to an address of ours; what the target says
// is not repeated in the error.
func FuzzTarget(f *testing.F) {
	for i, target := range forbidden {
		f.Add(strings.ReplaceAll(target, "PORT", "80"), []byte{byte(i), 0, 0, 1})
	}
	f.Add("https://public.test/?secret=hush", []byte{0x26, 6, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11})
	f.Add("http://a", []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1})
	f.Fuzz(func(t *testing.T, target string, answer []byte) {
		addr, ok := netip.AddrFromSlice(answer)
		if !ok {
			return
		}
		client := New(Options{ConnectTimeout: time.Second, Timeout: time.Second, Resolver: everywhere(addr)})
		check := client.guard.dialer.Control
		client.guard.dialer.Control = func(network, address string, raw syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if ip := to.Addr(); err != nil || ip != ip.Unmap() || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
				t.Errorf("%q is about to be dialled at %s", target, address)
			}
			if err := check(network, address, raw); err != nil {
				t.Errorf("%q reached the socket with %s", target, address)
			}
			return syscall.ECONNREFUSED
		}
		got, err := client.Get(t.Context(), target)
		if err == nil || got.Status != 0 {
			t.Errorf("%q was answered %d", target, got.Status)
		}
		if strings.Contains(target, "hush") && strings.Contains(err.Error(), "hush") {
			t.Errorf("the error repeats the target: %v", err)
		}
	})
}
