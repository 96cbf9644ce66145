package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"tolem/internal/platform"
	"tolem/internal/purchase"
	"tolem/internal/store"
)

// requestView is a requested refund in JSON; amounts are decimal texts.
type requestView struct {
	ID         int64  `json:"id"`
	MerchantID int64  `json:"merchant_id"`
	PaymentID  int64  `json:"payment_id"`
	OrderID    string `json:"order_id"`
	Amount     string `json:"amount"`
	Refundable string `json:"refundable"`
	Currency   string `json:"currency"`
	Comment    string `json:"comment"`
	CreatedAt  string `json:"created_at"`
}

func refundsList(ctx context.Context, t terminal, args []string) error {
	o := newOptions("refunds list", t).withJSON()
	only := o.Int64("merchant", 0, "of one merchant")
	limit := o.Int64("limit", 100, "at most so many")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	return o.with(ctx, func(i *platform.Installation) error {
		found, err := requests(ctx, i, *only, 0, *limit)
		if err != nil {
			return err
		}
		views := []requestView{}
		rows := [][]string{{"ID", "MERCHANT", "PAYMENT", "ORDER", "AMOUNT", "REFUNDABLE", "CURRENCY", "REQUESTED", "COMMENT"}}
		for _, r := range found {
			v := requestView{
				r.Refund.PaymentID, r.Refund.MerchantID, r.Refund.ParentID, r.Purchase.OrderID, r.Refund.Amount.Fixed(), r.Purchase.Refundable().Fixed(),
				string(r.Purchase.Currency), r.Refund.Comment, r.Refund.CreatedAt.Format("2006-01-02T15:04:05Z07:00"),
			}
			views = append(views, v)
			rows = append(rows, []string{
				fmt.Sprint(v.ID), fmt.Sprint(v.MerchantID), fmt.Sprint(v.PaymentID), v.OrderID, v.Amount, v.Refundable, v.Currency, v.CreatedAt, firstLine(v.Comment),
			})
		}
		if o.json {
			return printJSON(t.out, views)
		}
		return printTable(t.out, rows)
	})
}

func requests(ctx context.Context, i *platform.Installation, merchant, number, most int64) (found []purchase.Request, err error) {
	err = i.DB.Snapshot(ctx, func(tx *store.Tx) error {
		found, err = purchase.Requests(ctx, tx, merchant, number, most)
		return err
	})
	return found, err
}

func refundsApprove(ctx context.Context, t terminal, args []string) error {
	return review(ctx, t, "approve", "approved", args)
}

func refundsReject(ctx context.Context, t terminal, args []string) error {
	return review(ctx, t, "reject", "rejected", args)
}

// review decides requests one after the other, and stops at the first that cannot be.
func review(ctx context.Context, t terminal, verb, done string, args []string) error {
	o := newOptions("refunds "+verb, t).withJSON()
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return fmt.Errorf("refunds %s: want ids of requests", verb)
	}
	return o.with(ctx, func(i *platform.Installation) error {
		decided := []int64{}
		for _, text := range args {
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil || id <= 0 {
				return fmt.Errorf("%q is no id of a request", text)
			}
			if err := decide(ctx, i, id, verb == "approve"); err != nil {
				return fmt.Errorf("%d %s; refund %d: %w", len(decided), done, id, err)
			}
			decided = append(decided, id)
		}
		if o.json {
			return printJSON(t.out, map[string][]int64{done: decided})
		}
		_, err := fmt.Fprintf(t.out, "%d %s\n", len(decided), done)
		return err
	})
}

func decide(ctx context.Context, i *platform.Installation, id int64, approve bool) error {
	found, err := requests(ctx, i, 0, id, 1)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return errors.New("no such request waits")
	}
	o := &purchase.Review{Request: found[0], Approve: approve}
	if err := do(ctx, i, o); err != nil {
		return err
	}
	if o.Refusal != nil {
		return o.Refusal
	}
	return nil
}
