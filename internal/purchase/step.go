package purchase

import (
	"strconv"
	"time"

	"tolem/internal/bank"
	"tolem/internal/money"
	"tolem/internal/protocol/codes"
	"tolem/internal/store"
)

// Step is something done with a purchase that the bank has approved. It has a
// payment number of its own (R17). Amount is above zero whatever it does. Comment is
// what the merchant says to the operator of a refund that it requested, else "".
type Step struct {
	Key
	ParentID   int64        `db:"parent_id,fixed"`
	Action     bank.Action  `db:"action,fixed"`
	Amount     money.Amount `db:"amount,fixed"`
	State      StepState    `db:"state"`
	Receipt    string       `db:"receipt,fixed"` // JSON of the receipt's positions, "" for none
	Message    string       `db:"message,fixed"` // what R46 compares
	Reason     string       `db:"reason,fixed"`  // the merchant's words when it refused what was paid (2.14), else ""
	Comment    string       `db:"comment,fixed"`
	Reference  string       `db:"reference"` // the bank's
	ErrorCode  codes.Code   `db:"error_code"`
	CreatedAt  time.Time    `db:"created_at,fixed"`
	SentAt     time.Time    `db:"sent_at"`
	FinishedAt time.Time    `db:"finished_at"`
}

// StepState is how far a step got.
type StepState string

// The states of a step. From rejected on they are final.
const (
	Requested StepState = "requested" // a refund that waits for an operator; nothing is reserved
	Approved  StepState = "approved"  // by an operator: reserved, and about to go to the bank
	Pending   StepState = "pending"   // the bank has not answered yet
	Rejected  StepState = "rejected"  // by an operator
	Succeeded StepState = "success"
	Refused   StepState = "error"
)

// Steps is where steps are kept.
var Steps = store.Describe("purchase_step", func(t *Step) Key { return t.Key })

// stepByMessage finds a step by the message that asked for it.
var stepByMessage = store.NewLatest(Steps, "created_at",
	func(t *Step) (digest, bool) { return digest{t.MerchantID, t.Message}, t.Message != "" },
	func(t *Step) int64 { return t.CreatedAt.UnixMicro() })

// Parent is the key of the purchase that the step belongs to.
func (t Step) Parent() Key { return Key{t.MerchantID, t.ParentID} }

// Date is when the step ended, or began when it has not.
func (t Step) Date() time.Time {
	if !t.FinishedAt.IsZero() {
		return t.FinishedAt
	}
	return t.CreatedAt
}

// reference is how the bank knows the step.
func (t Step) reference() string { return "ps" + strconv.FormatInt(t.PaymentID, 10) }
