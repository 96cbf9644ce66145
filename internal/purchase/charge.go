package purchase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tolem/internal/bank"
	"tolem/internal/cardtoken"
	"tolem/internal/engine"
)

// Register makes the service carry out the effects of purchases.
func (p *Service) Register() {
	p.Engine.Handle(ChargeKind, engine.Handler{Run: p.charge, Workers: 128, PerMerchant: 64})
	p.Engine.Handle(FollowKind, engine.Handler{Run: p.run, Workers: 64, PerMerchant: 32})
	p.Engine.Handle(ApprovedKind, engine.Handler{Run: p.dispatch, Workers: 4, PerMerchant: 4})
	p.Engine.Handle(RecallKind, engine.Handler{Run: p.recall, Workers: 16, PerMerchant: 8})
	p.Engine.Handle(CaptureKind, engine.Handler{Run: p.capture, Workers: 4, PerMerchant: 4})
	p.Engine.Handle(ExpireKind, engine.Handler{Run: p.lapse, Workers: 4, PerMerchant: 4})
}

// charge asks the bank to authorise. Only the node that took the payer's card has
// it, and only once: everybody else, and a second try, inquires.
func (p *Service) charge(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	carried, fresh := e.Carries.(parcel)
	if !fresh || e.Attempt != 0 {
		row, err := p.known(ctx, Key{e.MerchantID, e.Subject})
		if err != nil {
			return nil, err
		}
		answer, at := p.inquire(ctx, row.Test, row.reference())
		return p.settle(ctx, row, answer, at)
	}
	row := carried.row
	at := p.Clock.Now()
	if at.Sub(row.SentAt) > moment {
		return p.settle(ctx, row, bank.Answer{}, at) // held up: others may believe that it was never sent
	}
	call, cancel := context.WithTimeout(ctx, bank.CallLimit)
	defer cancel()
	answer, err := p.Banks.For(row.Test).Charge(call, bank.Charge{
		Reference: row.reference(), Money: row.Money(), Description: row.Terms().Description, Card: carried.card.PAN,
		Holder: carried.card.Holder, Expiry: carried.card.Expiry, CVC: carried.card.CVC, Secure: row.Secure, Capture: row.OneStep,
	})
	if err != nil {
		answer = bank.Answer{}
	}
	o, err := p.settle(ctx, row, answer, at)
	if err != nil {
		return nil, err
	}
	o.called = true
	return o, nil
}

// settled tells whoever waits for the purchase. Money that the bank took and the books
// gave up is for people to mend.
func (p *Service) settled(o *settle) {
	if o.contradicted {
		p.Log.Error("the bank has charged a purchase that was given up", "merchant", o.result.MerchantID, "payment", o.result.PaymentID, "state", o.result.State)
	}
	p.charges.Tell(o.result.Key, o.result)
}

// concluded is settled for a step.
func (p *Service) concluded(o *conclude) {
	if o.contradicted {
		p.Log.Error("the bank has done what was given up", "merchant", o.result.MerchantID, "payment", o.result.PaymentID, "action", o.result.Action)
	}
	p.steps.Tell(o.result.Key, o.result)
}

// inquire asks the bank what became of a charge or a step; a zero answer is none.
func (p *Service) inquire(ctx context.Context, test bool, reference string) (bank.Answer, time.Time) {
	at := p.Clock.Now()
	call, cancel := context.WithTimeout(ctx, bank.CallLimit)
	defer cancel()
	answer, err := p.Banks.For(test).Inquire(call, reference)
	if err != nil {
		answer = bank.Answer{}
	}
	return answer, at
}

// settle makes the operation that follows an answer. An approved card is kept if
// the payer wants it to be, or the merchant may charge it again.
func (p *Service) settle(ctx context.Context, row Row, answer bank.Answer, at time.Time) (*settle, error) {
	id, err := p.Callbacks.Next(ctx)
	if err != nil {
		return nil, err
	}
	o := &settle{seen: row, answer: answer, at: at, callback: id, notice: p.notify, done: p.settled}
	if answer.Outcome != bank.Approved || len(row.PendingCard) == 0 {
		return o, nil
	}
	means, err := open(p.Vault, row.PendingCard, row.associated())
	if err != nil {
		return nil, err
	}
	if means.Save {
		owner := cardtoken.Owner{MerchantID: row.MerchantID, UserID: row.UserID, Purpose: cardtoken.ForPurchase, Test: row.Test}
		token, err := p.Cards.Mint(ctx, owner, means.Card, row.Secure)
		if err != nil {
			return nil, err
		}
		o.token = &token
	}
	if row.Terms().Recurring > 0 {
		o.profile, err = p.profile(ctx, row, means)
	}
	return o, err
}

func (p *Service) profile(ctx context.Context, row Row, means Means) (*Profile, error) {
	id, err := p.Profiles.Next(ctx)
	if err != nil {
		return nil, err
	}
	key := ProfileKey{row.MerchantID, id}
	sealed, err := Means{Card: means.Card}.seal(p.Vault, key.associated())
	return &Profile{
		ProfileKey: key, PaymentID: row.PaymentID, Test: row.Test, Amount: row.Amount, Currency: row.Currency,
		Sealed: sealed, ShownText: row.ShownText,
	}, err
}

// run asks the bank to do a step, once; everybody else, and a second try, inquires.
func (p *Service) run(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	carried, fresh := e.Carries.(errand)
	if !fresh || e.Attempt != 0 {
		var err error
		if carried, err = p.errand(ctx, Key{e.MerchantID, e.Subject}); err != nil {
			return nil, err
		}
		answer, at := p.inquire(ctx, carried.row.Test, carried.step.reference())
		return p.conclude(ctx, carried, answer, at)
	}
	row, step, at := carried.row, carried.step, p.Clock.Now()
	if at.Sub(step.SentAt) > moment {
		return p.conclude(ctx, carried, bank.Answer{}, at)
	}
	call, cancel := context.WithTimeout(ctx, bank.CallLimit)
	defer cancel()
	answer, err := p.Banks.For(row.Test).Follow(call, bank.Follow{
		Reference: step.reference(), Charge: row.reference(), Action: step.Action, Money: row.in(step.Amount),
	})
	if err != nil {
		answer = bank.Answer{}
	}
	o, err := p.conclude(ctx, carried, answer, at)
	if err != nil {
		return nil, err
	}
	o.called = true
	return o, nil
}

func (p *Service) errand(ctx context.Context, k Key) (found errand, err error) {
	var ok bool
	if found.step, ok, err = p.step(ctx, k); err == nil && !ok {
		err = fmt.Errorf("step %d of merchant %d is gone", k.PaymentID, k.MerchantID)
	}
	if err == nil {
		found.row, err = p.known(ctx, found.step.Parent())
	}
	return found, err
}

func (p *Service) conclude(ctx context.Context, of errand, answer bank.Answer, at time.Time) (*conclude, error) {
	id, err := p.Callbacks.Next(ctx)
	if err != nil {
		return nil, err
	}
	return &conclude{
		seen: of, answer: answer, at: at, callback: id, notice: p.tell, done: p.concluded,
	}, nil
}

// capture takes a hold whose life is over (R25).
func (p *Service) capture(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	o, err := p.follow(ctx, Ask{Key: Key{e.MerchantID, e.Subject}, Action: bank.Capture})
	if err == nil && o.step.PaymentID == 0 {
		err = errors.New("a purchase that was to be captured is gone")
	}
	if err != nil {
		return nil, err
	}
	o.timer = true
	return o, nil
}

func (p *Service) lapse(ctx context.Context, e engine.Effect) (engine.Operation, error) {
	id, err := p.Callbacks.Next(ctx)
	if err != nil {
		return nil, err
	}
	return &lapse{key: Key{e.MerchantID, e.Subject}, callback: id, notice: p.notify}, nil
}
