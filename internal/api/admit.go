package api

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strconv"

	"tolem/internal/merchant"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
)

// sender is how a message says whose it is. One that says it twice, or nested,
// is nobody's.
type sender struct {
	MerchantID int64 `pg:"pg_merchant_id,required,min=1"`
}

// identify finds the merchant and verifies the signature. A second result that
// is not nil is the answer to somebody who could not be identified.
func (s *Server) identify(ctx context.Context, e *Endpoint, r *http.Request, message pg.Message) (*Call, *answer) {
	var from sender
	if err := pg.Bind(message, &from); err != nil {
		return nil, unknown(message)
	}
	m, err := s.Merchants.Get(ctx, from.MerchantID)
	switch {
	case errors.Is(err, merchant.ErrUnknown):
		return nil, unknown(message)
	case err != nil:
		s.Log.ErrorContext(ctx, "merchant not read", "merchant", from.MerchantID, "error", err)
		broken := unsigned(http.StatusOK, codes.Refuse(codes.SystemError), "en")
		return nil, &broken
	}
	c := &Call{
		Merchant: m, Script: pg.Script(r.URL.Path), Message: message, Zone: s.Zone, Now: s.Clock.Now(),
		Asked: asked(message, m.Settings.Language), Language: textLanguage(message, m.Settings.Language),
	}
	purposes := e.secrets(m)
	for _, c.Purpose = range purposes {
		for _, secret := range m.Secrets(c.Purpose) {
			if pg.Verify(c.Script, message, secret.Reveal()) {
				return c, nil
			}
		}
	}
	c.Purpose = purposes[0]
	bad := c.unverified(e.Family)
	return nil, &bad
}

// unknown answers whoever names no merchant of ours.
func unknown(message pg.Message) *answer {
	a := unsigned(http.StatusOK, codes.Refuse(codes.UnknownMerchant), textLanguage(message, "en"))
	return &a
}

// admit checks what concerns every call of an identified merchant.
func (s *Server) admit(r *http.Request, e *Endpoint, c *Call) *codes.Refusal {
	named := r.PathValue("merchant_id")
	switch {
	case named != "" && named != strconv.FormatInt(c.Merchant.ID, 10):
		return &codes.Refusal{Code: codes.WrongMerchant, Field: "pg_merchant_id"}
	case c.Merchant.Status == merchant.Blocked:
		return codes.Refuse(codes.NoContract)
	case !e.browser && !allowed(c.Merchant.Settings.AllowedAddresses, r.RemoteAddr): // payers come from anywhere
		return codes.Refuse(codes.ActionDisabled)
	case !s.Unlimited && !s.limits.allow(c.Merchant, c.Now):
		return codes.Refuse(codes.TooFrequent)
	}
	return nil
}

func allowed(networks []netip.Prefix, remote string) bool {
	if len(networks) == 0 {
		return true
	}
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	for _, network := range networks {
		if network.Contains(address.Addr().Unmap()) {
			return true
		}
	}
	return false
}
