package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"tolem/internal/callback"
	"tolem/internal/platform"
	"tolem/internal/store"
)

// callbackView is a callback in JSON.
type callbackView struct {
	ID         int64          `json:"id"`
	MerchantID int64          `json:"merchant_id"`
	PaymentID  int64          `json:"payment_id"`
	Event      string         `json:"event"`
	URL        string         `json:"url"`
	State      callback.State `json:"state"`
	Attempts   int64          `json:"attempts"`
	LastStatus int64          `json:"last_status"`
	LastAnswer string         `json:"last_answer"`
	CreatedAt  string         `json:"created_at"`
}

func callbacksList(ctx context.Context, t terminal, args []string) error {
	o := newOptions("callbacks list", t).withJSON()
	only := o.Int64("merchant", 0, "of one merchant")
	payment := o.Int64("payment", 0, "of one payment")
	state := o.String("state", "", "pending, delivered or failed")
	limit := o.Int64("limit", 100, "at most so many")
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	return o.with(ctx, func(i *platform.Installation) error {
		var found []callback.Progress
		err := i.DB.Snapshot(ctx, func(tx *store.Tx) (err error) {
			found, err = callback.List(ctx, tx, callback.Filter{
				MerchantID: *only, PaymentID: *payment, State: callback.State(*state), Limit: *limit,
			})
			return err
		})
		if err != nil {
			return err
		}
		views, rows := []callbackView{}, [][]string{{"ID", "MERCHANT", "PAYMENT", "EVENT", "STATE", "ATTEMPTS", "LAST", "URL", "ANSWER"}}
		for _, c := range found {
			views = append(views, callbackView{
				c.CallbackID, c.MerchantID, c.PaymentID, c.Event, c.URL, c.State, c.Last.Attempt, c.Last.Status, c.Last.Answer,
				c.CreatedAt.Format("2006-01-02T15:04:05Z07:00"),
			})
			rows = append(rows, []string{
				fmt.Sprint(c.CallbackID), fmt.Sprint(c.MerchantID), fmt.Sprint(c.PaymentID), c.Event, string(c.State),
				fmt.Sprint(c.Last.Attempt), fmt.Sprint(c.Last.Status), c.URL, firstLine(c.Last.Answer),
			})
		}
		if o.json {
			return printJSON(t.out, views)
		}
		return printTable(t.out, rows)
	})
}

// firstLine is an answer as a table can hold it.
func firstLine(answer string) string {
	short := []rune{}
	for _, r := range answer {
		if r < ' ' || len(short) == 60 {
			break
		}
		short = append(short, r)
	}
	return string(short)
}

func callbacksRedeliver(ctx context.Context, t terminal, args []string) error {
	o := newOptions("callbacks redeliver", t).withJSON()
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New("callbacks redeliver: want ids of callbacks")
	}
	return o.with(ctx, func(i *platform.Installation) error {
		sent := []int64{}
		for _, text := range args {
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return fmt.Errorf("%q is no callback id", text)
			}
			if err := redeliver(ctx, i, id); err != nil {
				return err
			}
			sent = append(sent, id)
		}
		if o.json {
			return printJSON(t.out, map[string][]int64{"redelivering": sent})
		}
		_, err := fmt.Fprintf(t.out, "%d to be sent again by a running server\n", len(sent))
		return err
	})
}

func redeliver(ctx context.Context, i *platform.Installation, id int64) error {
	var found []callback.Row
	err := i.DB.View(ctx, func(tx *store.Tx) (err error) {
		found, err = callback.Rows.Select(ctx, tx, "WHERE callback_id = $1", id)
		return err
	})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("there is no callback %d", id)
	}
	return do(ctx, i, &callback.Again{Key: found[0].Key})
}
