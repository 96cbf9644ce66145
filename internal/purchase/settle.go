package purchase

import (
	"time"

	"tolem/internal/bank"
	"tolem/internal/cardtoken"
	"tolem/internal/engine"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// CaptureKind is the kind of effect that captures a hold that nobody captured.
const CaptureKind = "purchase.capture"

func (k Key) capturing() engine.EffectKey {
	return engine.EffectKey{MerchantID: k.MerchantID, Kind: CaptureKind, Subject: k.PaymentID}
}

// Times of a dealing with the bank.
const (
	inquireFirst = time.Second
	inquireLast  = 5 * time.Minute
	// silence is how long after it was sent a bank that is asked must know nothing of
	// something to be believed: it may have been held up before it was sent.
	silence = moment + bank.CallLimit
	moment  = 2 * time.Second
)

// pauseAfter is the time until the bank is asked again, which grows with the time
// since it was sent something.
func pauseAfter(sent, now time.Time, advice time.Duration) time.Duration {
	if advice > 0 {
		return min(advice, inquireLast)
	}
	return min(max(now.Sub(sent)/2, inquireFirst), inquireLast)
}

// settle takes what the bank said of a charge, or that it said nothing, to its end.
type settle struct {
	seen         Row
	answer       bank.Answer // zero when the call failed and the outcome is unknown
	at           time.Time   // when the bank was asked
	called       bool        // to charge, not what became of it
	token        *cardtoken.Token
	profile      *Profile
	callback     int64
	notice       noticer
	done         func(*settle)
	result       Row
	contradicted bool // the bank has taken what ended otherwise
}

func (o *settle) Merchant() int64 { return o.seen.MerchantID }

func (o *settle) Want(s *store.Set) {
	o.seen.wantBooks(s)
	Rows.Want(s, o.seen.Key)
	if o.token != nil {
		cardtoken.Tokens.Want(s, o.token.Key)
	}
}

func (o *settle) Decide(s *store.Set, now time.Time) {
	row, ok := Rows.Get(s, o.seen.Key)
	o.contradicted = ok && o.answer.Outcome == bank.Approved && (row.State == Declined || row.State == Cancelled || row.State == Expired)
	if o.result = row; !ok || row.State != Sent {
		engine.Finish(s, o.seen.charging())
		return
	}
	switch o.answer.Outcome {
	case bank.Approved:
		o.approve(s, &row, now)
	case bank.Declined:
		o.decline(s, &row, o.answer.Code, now)
	case bank.NotFound:
		if o.at.Sub(row.SentAt) < silence {
			engine.Schedule(s, row.charging(), now.Add(silence), now) // a call may still be on its way
			break
		}
		// The card's security code is gone: the payer must begin anew.
		o.decline(s, &row, codes.InvalidTransaction, now)
	default:
		if o.called {
			row.SentAt = now // the call may have been held up before it began
		}
		engine.Schedule(s, row.charging(), now.Add(pauseAfter(row.SentAt, now, o.answer.AskAgain)), now)
	}
	Rows.Update(s, row)
	o.result = row
}

func (o *settle) approve(s *store.Set, row *Row, now time.Time) {
	row.Reference, row.AuthCode, row.PaidAt, row.PendingCard = o.answer.Reference, o.answer.AuthCode, now, nil
	if row.OneStep {
		row.State, row.FinishedAt = Captured, now
		row.take(s, row.Amount, false, now)
	} else {
		row.State = Authorized
		row.reserve(s, now)
		engine.Schedule(s, row.capturing(), now.Add(HoldLife), now)
	}
	if o.token != nil {
		token := cardtoken.Save(s, *o.token, now)
		row.CardToken, row.CardID = token.Token, token.CardID
	}
	if o.profile != nil {
		profile := *o.profile
		profile.CreatedAt, profile.ExpiresAt = now, now.AddDate(0, int(row.Terms().Recurring), 0)
		Profiles.Insert(s, profile)
		row.ProfileID = profile.ProfileID
	}
	engine.Finish(s, row.charging())
	o.notice(s, *row, o.callback, now)
}

func (o *settle) decline(s *store.Set, row *Row, code codes.Code, now time.Time) {
	row.State, row.Fee, row.PendingCard = Declined, 0, nil
	row.ErrorCode, row.FinishedAt = code, now
	engine.Finish(s, row.charging())
	o.notice(s, *row, o.callback, now)
}

// Committed tells whoever waits for the purchase.
func (o *settle) Committed() { o.done(o) }
