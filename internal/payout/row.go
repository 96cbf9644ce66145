package payout

import (
	"time"

	"tolem/internal/ledger"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// Key names a payout by its payment number.
type Key struct {
	MerchantID int64 `db:"merchant_id"`
	PaymentID  int64 `db:"payment_id"`
}

// Route is how the destination is known.
type Route string

// The routes: a saved card, a card typed on our page, a bank account.
const (
	ToToken Route = "token"
	ToPage  Route = "page"
	ToIBAN  Route = "iban"
)

// State of a payout (spec 02, D.1). Success, failed and expired are final.
type State string

// The states.
const (
	Created State = "created" // not with the bank yet: its page is open, or it is about to be sent
	Process State = "process" // with the bank, which has not decided or has not answered
	Success State = "success"
	Failed  State = "error"
	Expired State = "expired" // its time limit came before it was sent
)

// Final tells whether nothing leaves the state.
func (s State) Final() bool { return s == Success || s == Failed || s == Expired }

// Row is a payout. Amount is what the recipient gets, Fee what the merchant pays
// on top, both in minor units. Attempt counts the payouts of one order id.
// Destination is the sealed card number or account, empty until it is known and
// after a typed card is no longer needed. Balance is what was left on the
// merchant's balance after the payout's latest posting. SendBefore is zero when
// there is no limit. SentAt is when the bank may have been sent the payout last.
type Row struct {
	Key
	OrderID       string         `db:"order_id,fixed"`
	Attempt       int64          `db:"attempt,fixed"`
	Route         Route          `db:"route,fixed"`
	Test          bool           `db:"test,fixed"`
	State         State          `db:"state"`
	Amount        money.Amount   `db:"amount,fixed"`
	Fee           money.Amount   `db:"fee,fixed"`
	Currency      money.Currency `db:"currency,fixed"`
	Description   string         `db:"description,fixed"`
	UserID        string         `db:"user_id,fixed"`
	PostLink      string         `db:"post_link,fixed"`
	BackLink      string         `db:"back_link,fixed"`
	Language      string         `db:"language,fixed"`
	Framed        bool           `db:"framed,fixed"`
	SendBefore    time.Time      `db:"send_before,fixed"`
	CardToken     string         `db:"card_token,fixed"`
	CardID        int64          `db:"card_id,fixed"`
	CardMask      string         `db:"card_mask"`
	Destination   []byte         `db:"destination"`
	Fingerprint   []byte         `db:"fingerprint,fixed"` // what R45 compares
	Message       string         `db:"message,fixed"`     // what R46 compares, idempotency.Call.Replay
	PageHash      string         `db:"page_hash,fixed"`
	ErrorCode     codes.Code     `db:"error_code"`
	BankReference string         `db:"bank_reference"`
	Balance       money.Amount   `db:"balance"`
	CreatedAt     time.Time      `db:"created_at,fixed"`
	SentAt        time.Time      `db:"sent_at"`
	FinishedAt    time.Time      `db:"finished_at"`
}

// Rows is where payouts are kept.
var Rows = store.Describe("payout", func(r *Row) Key { return r.Key }).Remembered(1024)

// Order names the payouts of one order id, of which the latest attempt counts.
type Order struct {
	MerchantID int64  `db:"merchant_id"`
	OrderID    string `db:"order_id"`
}

// ByOrder finds the newest payout of an order id.
var ByOrder = store.NewLatest(Rows, "attempt",
	func(r *Row) (Order, bool) { return r.order(), true },
	func(r *Row) int64 { return r.Attempt })

func (r Row) order() Order { return Order{r.MerchantID, r.OrderID} }

// ToPay is what the merchant pays: the amount and the fee.
func (r Row) ToPay() money.Amount { return r.Amount + r.Fee }

// Date is when the payout ended, or began when it has not.
func (r Row) Date() time.Time {
	if !r.FinishedAt.IsZero() {
		return r.FinishedAt
	}
	return r.CreatedAt
}

// Late tells whether the payout may no longer be handed to the bank (D.3).
func (r Row) Late(now time.Time) bool { return !r.SendBefore.IsZero() && now.After(r.SendBefore) }

// Steps of a payout in the ledger.
const (
	holdAmount int64 = iota + 1
	holdFee
	endAmount
	endFee
)

// amountHold and feeHold are the transfers that carry a payout.
func (r Row) amountHold() ledger.Transfer { return r.transfer(holdAmount, ledger.Bank, r.Amount) }
func (r Row) feeHold() ledger.Transfer    { return r.transfer(holdFee, ledger.Fees, r.Fee) }

func (r Row) transfer(step int64, to ledger.Name, amount money.Amount) ledger.Transfer {
	return ledger.Transfer{
		TransferKey: ledger.TransferKey{MerchantID: r.MerchantID, PaymentID: r.PaymentID, Step: step},
		Book:        ledger.BookOf(r.Test), Debit: ledger.Payout, Credit: to, Currency: r.Currency, Amount: amount,
	}
}

func (r Row) account(name ledger.Name) ledger.Key {
	return ledger.Key{MerchantID: r.MerchantID, Book: ledger.BookOf(r.Test), Name: name, Currency: r.Currency}
}
