package outbound

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// maxAddresses bounds how many addresses of one name are tried.
const maxAddresses = 4

// Resolver finds the addresses of a host name; a *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// guard opens connections to addresses that it checked itself: a name is resolved once a connection, and the address that was checked
// is the one that is dialled, whatever the name resolves to a moment later.
type guard struct {
	allowPrivate bool
	timeout      time.Duration // for resolving and connecting together
	resolver     Resolver
	dialer       net.Dialer
}

func newGuard(o Options) *guard {
	g := &guard{allowPrivate: o.AllowPrivate, timeout: o.ConnectTimeout, resolver: o.Resolver}
	g.dialer.Control = g.control
	return g
}

// dial is the DialContext of the transport. The addresses of a name are tried one after the other, each with its share of the time.
func (g *guard) dial(ctx context.Context, _, hostPort string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, ErrForbiddenTarget
	}
	deadline := time.Now().Add(g.timeout)
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	addrs, err := g.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	for i, addr := range addrs {
		dialer := g.dialer
		dialer.Timeout = time.Until(deadline) / time.Duration(len(addrs)-i)
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort(addr.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// resolve returns the addresses of host, at least one, all of them callable. One address that is not spoils the name.
func (g *guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := g.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, addr := range addrs {
		if !callable(addr, g.allowPrivate) {
			return nil, ErrForbiddenTarget
		}
	}
	if len(addrs) == 0 {
		return nil, ErrUnresolved
	}
	return addrs[:min(len(addrs), maxAddresses)], nil
}

func (g *guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	if looksNumeric(host) || isLocalhost(host) && !g.allowPrivate {
		return nil, ErrForbiddenTarget
	}
	found, err := g.resolver.LookupNetIP(ctx, "ip", host)
	addrs := make([]netip.Addr, len(found))
	for i, addr := range found {
		addrs[i] = addr.Unmap() // resolvers write IPv4 addresses in either form
	}
	return addrs, err
}

// control checks the address once more at the socket, after everything that net may have done with it.
func (g *guard) control(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil || !callable(target.Addr(), g.allowPrivate) {
		return ErrForbiddenTarget
	}
	return nil
}
