package outbound

import (
	"net/netip"
	"strings"
)

// privateRanges are the addresses of machines and networks of one's own: refused, unless Options.AllowPrivate.
var privateRanges = prefixes(
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // RFC 1918
	"100.64.0.0/10",          // carrier-grade NAT, RFC 6598
	"127.0.0.0/8", "::1/128", // loopback
	"fc00::/7", // unique local, RFC 4193
)

// metadata are the addresses at which clouds tell a machine its secrets, apart from those that are link-local: always refused.
var metadata = prefixes(
	"168.63.129.16/32",   // Azure
	"100.100.100.200/32", // Alibaba
	"fd00:ec2::254/128",  // Amazon
	"fd20:ce::254/128",   // Google
)

// specialIPv4 are the addresses that lead to no host of the Internet (IANA IPv4 Special-Purpose Address Registry): always refused.
var specialIPv4 = prefixes(
	"0.0.0.0/8",       // this network; 0.0.0.0 reaches this machine
	"169.254.0.0/16",  // link-local, and 169.254.169.254 the cloud's metadata
	"192.0.0.0/24",    // IETF protocol assignments
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // 6to4 relays
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, and broadcast
)

// globalIPv6 is the only part of IPv6 from which public addresses are given out (RFC 4291, 2.4). Outside lie the unspecified address,
// link-local, site-local, multicast, IPv4-mapped and IPv4-compatible addresses and NAT64 (64:ff9b::/96, 64:ff9b:1::/48).
var globalIPv6 = netip.MustParsePrefix("2000::/3")

// specialIPv6 are the parts of it that lead to no host or, by a tunnel, to an IPv4 address: always refused.
var specialIPv6 = prefixes(
	"2001::/23",     // IETF protocol assignments: Teredo, benchmarks, ORCHID
	"2001:db8::/32", // documentation
	"2002::/16",     // 6to4
	"3ffe::/16",     // the former 6bone
	"3fff::/20",     // documentation
)

// callable says whether addr may be called.
func callable(addr netip.Addr, allowPrivate bool) bool {
	switch {
	case addr.Zone() != "", within(addr, metadata):
		return false
	case within(addr, privateRanges):
		return allowPrivate
	case addr.Is4():
		return !within(addr, specialIPv4)
	default:
		return globalIPv6.Contains(addr) && !within(addr, specialIPv6)
	}
}

// looksNumeric says whether some resolver could take host for an IPv4 address in octal, hexadecimal or with parts left out: its last
// label is a number (WHATWG URL standard, "ends in a number").
func looksNumeric(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	hexadecimal, isHexadecimal := strings.CutPrefix(strings.ToLower(last), "0x")
	return strings.Trim(last, "0123456789") == "" || isHexadecimal && strings.Trim(hexadecimal, "0123456789abcdef") == ""
}

// isLocalhost says whether host is a name of this machine (RFC 6761, 6.3).
func isLocalhost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "localhost.localdomain"
}

func within(addr netip.Addr, ranges []netip.Prefix) bool {
	for _, prefix := range ranges {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

func prefixes(texts ...string) []netip.Prefix {
	ranges := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		ranges[i] = netip.MustParsePrefix(text)
	}
	return ranges
}
