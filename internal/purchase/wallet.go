package purchase

import (
	"context"

	"tolem/internal/card/wallet"
	"tolem/internal/cardtoken"
	"tolem/internal/protocol/codes"
)

// Confirm pays with a card in a wallet, whose token its application sends in place of
// the page (04, 3.2): the wallet has vouched for the payer, so that there is neither
// 3-D Secure nor a security code. The merchant is asked as for any card. It waits for
// the bank as long as Patience allows, and a call that is made again finds what the
// first began. A refusal tells why the wallet has not paid, or is not about to.
func (p *Service) Confirm(ctx context.Context, row Row, t wallet.Token) (Turn, *codes.Refusal, error) {
	now := p.Clock.Now()
	if !row.Open(now) {
		row = p.Await(ctx, row)
		return Turn{Row: row}, row.unpaidBy(t.Kind), nil
	}
	terms := row.Terms()
	switch {
	case terms.Method != "" || row.CardToken != "": // the merchant wants another
		return Turn{Row: row}, codes.Refuse(codes.MethodNotActivated), nil
	case row.Amount == 0:
		return Turn{Row: row}, codes.Invalid("pg_amount", codes.Required), nil
	}
	found, refusal, err := p.Wallets.For(row.Test).Open(ctx, t, now)
	if err == nil && refusal == nil && !found.Expiry.Valid(now.In(p.Zone)) {
		refusal = codes.Refuse(codes.CardExpired)
	}
	if err != nil || refusal != nil {
		return Turn{Row: row}, refusal, err
	}
	row, verdict, err := p.permit(ctx, row, string(t.Kind))
	if err != nil || !verdict.OK {
		return Turn{Row: row, Refusal: &verdict}, nil, err
	}
	means := Means{Card: cardtoken.Card{PAN: found.PAN, Expiry: found.Expiry, Holder: found.Holder}, Wallet: t.Kind}
	turn, err := p.send(ctx, row, means, false)
	return turn, turn.Row.unpaidBy(t.Kind), err
}

// unpaidBy tells why a purchase is not, and will not be, paid by a wallet; nil when it
// is, or when the bank has it.
func (r Row) unpaidBy(k wallet.Kind) *codes.Refusal {
	switch {
	case r.ErrorCode != 0:
		return codes.Refuse(r.ErrorCode)
	case r.State == Created:
		return codes.Refuse(codes.LifetimeOver) // and its timer is late
	case r.State == Voided || r.Reason != "":
		return codes.Refuse(codes.PaymentCancelled)
	case r.Method == string(k):
		return nil
	case r.State.Paid():
		return codes.Refuse(codes.AlreadyPaid)
	}
	return codes.Refuse(codes.WrongPaymentStatus)
}
