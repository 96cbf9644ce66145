package purchase

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"tolem/internal/card"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// Key names a purchase by its payment number.
type Key struct {
	MerchantID int64 `db:"merchant_id"`
	PaymentID  int64 `db:"payment_id"`
}

// State of a purchase (spec 01, 1.10; R21). How much of a captured one was given
// back is in Refunded.
type State string

// The states. From voided on nothing leaves them, and captured only lets refunds follow.
const (
	Created    State = "created"    // its page waits for the payer
	Challenged State = "challenge"  // the payer is with the card's issuer (3-D Secure)
	Sent       State = "sent"       // with the bank, which has not answered yet
	Authorized State = "authorized" // the money is held on the card
	Captured   State = "captured"   // the money was taken
	Voided     State = "voided"     // the hold was let go
	Declined   State = "declined"
	Cancelled  State = "cancelled" // closed before anything was paid
	Expired    State = "expired"   // its lifetime was over before it was paid
)

// Paid tells whether the bank has approved the purchase.
func (s State) Paid() bool { return s == Authorized || s == Captured }

// Failed tells whether the purchase ended without having been paid.
func (s State) Failed() bool { return s == Declined || s == Cancelled || s == Expired }

// Underway tells whether the outcome is not known yet though the payer has chosen
// how to pay.
func (s State) Underway() bool { return s == Challenged || s == Sent }

// Row is a purchase. Amounts are minor units of Currency. Amount is what the payer
// pays, 0 until an open amount is chosen; Captured is what was taken of it, Refunded
// what was given back or is on its way back, Fee what the merchant pays of it. Busy
// is the payment number of the cancel or capture that is with the bank, 0 for none.
// PendingCard is the sealed card while 3-D Secure is under way, and while it is with
// the bank if it is to be kept once that has approved; never with a CVC.
// Reason is the merchant's own words when it refused the purchase. Previous is the
// payment number of the purchase of the same order before it, 0 for the first, where
// an order has one at a time, and -1 elsewhere: no purchase has two next ones.
type Row struct {
	Key
	OrderID     string         `db:"order_id,fixed"`
	Previous    int64          `db:"previous,fixed"`
	Test        bool           `db:"test,fixed"`
	State       State          `db:"state"`
	Amount      money.Amount   `db:"amount"`
	Currency    money.Currency `db:"currency,fixed"`
	UserID      string         `db:"user_id,fixed"`
	OneStep     bool           `db:"one_step,fixed"`
	ProfileID   int64          `db:"profile_id"`    // the profile that it charges or has made, 0 for none
	TermsText   string         `db:"terms,fixed"`   // JSON of Terms
	Message     string         `db:"message,fixed"` // what R46 compares; of recurring charges only
	PageHash    string         `db:"page_hash,fixed"`
	Method      string         `db:"method"`
	Contact     Contact        `db:"contact"`   // what the payer told of itself
	Tries       int64          `db:"tries"`     // how often the merchant was asked whether it may be paid
	TriesEnd    time.Time      `db:"tries_end"` // see try
	ShownText   string         `db:"shown"`     // JSON of Shown
	CardToken   string         `db:"card_token"`
	CardID      int64          `db:"card_id"`
	PendingCard []byte         `db:"pending_card"`
	Secure      bool           `db:"secure"` // 3-D Secure vouched for the payer
	Reference   string         `db:"reference"`
	AuthCode    string         `db:"auth_code"`
	Captured    money.Amount   `db:"captured"`
	Refunded    money.Amount   `db:"refunded"`
	Fee         money.Amount   `db:"fee"`
	Busy        int64          `db:"busy"`
	ErrorCode   codes.Code     `db:"error_code"`
	Reason      string         `db:"reason"`
	CreatedAt   time.Time      `db:"created_at,fixed"`
	ExpiresAt   time.Time      `db:"expires_at"`
	SentAt      time.Time      `db:"sent_at"`
	PaidAt      time.Time      `db:"paid_at"`
	FinishedAt  time.Time      `db:"finished_at"`
}

// Rows is where purchases are kept.
var Rows = store.Describe("purchase", func(r *Row) Key { return r.Key })

// Order names the purchases of one order id, of which the newest counts.
type Order struct {
	MerchantID int64  `db:"merchant_id"`
	OrderID    string `db:"order_id"`
}

// ByOrder finds the newest purchase of an order id.
var ByOrder = store.NewLatest(Rows, "created_at",
	func(r *Row) (Order, bool) { return Order{r.MerchantID, r.OrderID}, true },
	func(r *Row) int64 { return r.CreatedAt.UnixMicro() })

// digest names a message that asked for something.
type digest struct {
	MerchantID int64  `db:"merchant_id"`
	Message    string `db:"message"`
}

// digests are the names that the message of a call may be stored under, none if it
// has none: as one that comes now, and as one that came a little earlier or later (R46).
func digests(merchant int64, message, near string) []digest {
	switch message {
	case "":
		return nil
	case near:
		return []digest{{merchant, message}}
	}
	return []digest{{merchant, message}, {merchant, near}}
}

// byMessage finds a recurring charge by the message that asked for it.
var byMessage = store.NewLatest(Rows, "created_at",
	func(r *Row) (digest, bool) { return digest{r.MerchantID, r.Message}, r.Message != "" },
	func(r *Row) int64 { return r.CreatedAt.UnixMicro() }).Partial("message <> ''")

// Shown is what merchants see of the card that pays (R16). Expiry is MM/YY.
type Shown struct {
	Mask   string     `json:"mask,omitempty"`
	Holder string     `json:"holder,omitempty"`
	Expiry string     `json:"expiry,omitempty"`
	Brand  card.Brand `json:"brand,omitempty"`
}

// Card is what merchants see of the card; zero before one was presented.
func (r Row) Card() (s Shown) {
	_ = json.Unmarshal([]byte(r.ShownText), &s) // what we wrote, or nothing
	return s
}

// Terms are what the merchant asked for.
func (r Row) Terms() (t Terms) {
	_ = json.Unmarshal([]byte(r.TermsText), &t) // what we wrote
	return t
}

// Money is what the payer pays.
func (r Row) Money() money.Money { return r.in(r.Amount) }

// in is an amount in the currency of the purchase.
func (r Row) in(amount money.Amount) money.Money {
	return money.Money{Amount: amount, Currency: r.Currency}
}

// Net is what is left for the merchant of what was or would be taken.
func (r Row) Net() money.Amount {
	if r.State == Captured {
		return r.Captured - r.Fee
	}
	return r.Amount - r.Fee
}

// Refundable is what can still be given back.
func (r Row) Refundable() money.Amount { return r.Captured - r.Refunded }

// Open tells whether the payer may still choose how to pay.
func (r Row) Open(now time.Time) bool { return r.State == Created && now.Before(r.ExpiresAt) }

// reference is how the bank knows the purchase: unique, and the same each time.
func (k Key) reference() string { return "pu" + strconv.FormatInt(k.PaymentID, 10) }

// associated ties a sealed card to its purchase.
func (k Key) associated() []byte {
	return fmt.Appendf(nil, "purchase/%d/%d", k.MerchantID, k.PaymentID)
}
