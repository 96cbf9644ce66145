package hosted

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"tolem/internal/card/wallet"
	"tolem/internal/engine"
	"tolem/internal/inbound"
	"tolem/internal/protocol/codes"
	"tolem/internal/protocol/pg"
	"tolem/internal/purchase"
)

// confirmed is the answer to an application whose payment has succeeded, or is with
// the bank. IDs are texts for Google Pay and numbers for Apple Pay.
type confirmed struct {
	Status string `json:"status"`
	ID     any    `json:"id"`
	Back   struct {
		URL    string `json:"url"`
		Params struct {
			PaymentID any    `json:"pg_payment_id"`
			OrderID   string `json:"pg_order_id"`
		} `json:"params"`
	} `json:"back_url"`
}

// unconfirmed is the answer to any other.
type unconfirmed struct {
	Status  string `json:"status"`
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// wallet serves confirmations.
func (s *Server) wallet(w http.ResponseWriter, r *http.Request) {
	call := inbound.Of(r.Context())
	call.Endpoint = "extra.purchase.wallet-confirm"
	status, data := http.StatusTooManyRequests, any(refused(codes.Refuse(codes.TooFrequent), "en"))
	if s.Places.Enter() {
		defer s.Places.Leave()
		r.Body = http.MaxBytesReader(w, r.Body, longestConfirmation)
		status, data = s.confirm(r)
	}
	if no, ok := data.(unconfirmed); ok {
		call.Code = no.Code
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data}) // the caller is gone: nothing to tell it
}

// confirm pays with what is in a wallet, and tells what to answer: to an application
// whose payment the shop refuses, the shop's own words.
func (s *Server) confirm(r *http.Request) (status int, data any) {
	ctx := r.Context()
	row, ok, err := s.Purchases.Page(ctx, r.PathValue("customer"))
	if err == nil && !ok {
		err = codes.Refuse(codes.PaymentNotFound)
	}
	if err != nil {
		return s.unconfirmed(ctx, err, "en")
	}
	m, err := s.merchant(ctx, row.MerchantID)
	if err != nil {
		return s.unconfirmed(ctx, err, "en")
	}
	lang := cmp.Or(row.Terms().Language, m.Settings.Language)
	token, err := readConfirmation(r, m)
	if err != nil {
		return s.unconfirmed(ctx, err, lang)
	}
	turn, refusal, err := s.Purchases.Confirm(ctx, row, token)
	switch {
	case err != nil:
		return s.unconfirmed(ctx, err, lang)
	case refusal != nil:
		return http.StatusOK, refused(refusal, lang)
	case turn.Refusal != nil && turn.Refusal.Patience != purchase.Asked:
		return http.StatusTooManyRequests, refused(codes.Refuse(codes.TooFrequent), lang)
	case turn.Refusal != nil:
		no := refused(codes.Refuse(codes.PaymentFailed), lang)
		no.Message = cmp.Or(turn.Refusal.Words, no.Message)
		return http.StatusOK, no
	}
	return http.StatusOK, s.confirmed(turn.Row, token.Kind)
}

// unconfirmed is the answer to a call that could not be served.
func (s *Server) unconfirmed(ctx context.Context, err error, lang string) (int, unconfirmed) {
	var refusal *codes.Refusal
	switch {
	case errors.As(err, &refusal):
		return http.StatusOK, refused(refusal, lang)
	case errors.Is(err, pg.ErrTooLarge):
		return http.StatusRequestEntityTooLarge, refused(codes.Refuse(codes.Validation), lang)
	case errors.Is(err, engine.ErrBusy):
		return http.StatusTooManyRequests, refused(codes.Refuse(codes.TooFrequent), lang)
	}
	if ctx.Err() == nil { // else the caller is gone
		s.Log.ErrorContext(ctx, "confirmation failed", "error", err)
	}
	return http.StatusOK, refused(codes.Refuse(codes.SystemError), lang)
}

func (s *Server) confirmed(row purchase.Row, k wallet.Kind) confirmed {
	c := confirmed{Status: "ok", ID: strconv.FormatInt(row.PaymentID, 10)}
	if k == wallet.ApplePay {
		c.ID = row.PaymentID
	}
	c.Back.Params.PaymentID, c.Back.Params.OrderID = c.ID, row.OrderID
	if row.State.Paid() {
		c.Back.URL = row.Terms().Success.URL
	}
	c.Back.URL = cmp.Or(c.Back.URL, s.Site+s.Purchases.PagePath(row.Key)) // which shows what became of it
	return c
}

func refused(r *codes.Refusal, lang string) unconfirmed {
	return unconfirmed{"error", int(r.Code), r.Description(lang)}
}
