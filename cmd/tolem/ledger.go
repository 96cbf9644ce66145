package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tolem/internal/ledger"
	"tolem/internal/merchant"
	"tolem/internal/money"
	"tolem/internal/platform"
	"tolem/internal/store"
)

// accountView is an account in JSON; amounts are decimal texts.
type accountView struct {
	MerchantID int64          `json:"merchant_id"`
	Book       ledger.Book    `json:"book"`
	Name       ledger.Name    `json:"account"`
	Currency   money.Currency `json:"currency"`
	Balance    string         `json:"balance"`
	Held       string         `json:"held"`
	Available  string         `json:"available"`
}

func accountOf(a ledger.Account) accountView {
	return accountView{a.MerchantID, a.Book, a.Name, a.Currency, a.Balance().Fixed(), a.Held.Fixed(), a.Available().Fixed()}
}

func printAccounts(t terminal, asJSON bool, accounts []ledger.Account) error {
	views, rows := []accountView{}, [][]string{{"MERCHANT", "BOOK", "ACCOUNT", "CURRENCY", "BALANCE", "HELD", "AVAILABLE"}}
	for _, a := range accounts {
		v := accountOf(a)
		views = append(views, v)
		rows = append(rows, []string{fmt.Sprint(v.MerchantID), string(v.Book), string(v.Name), string(v.Currency), v.Balance, v.Held, v.Available})
	}
	if asJSON {
		return printJSON(t.out, views)
	}
	return printTable(t.out, rows)
}

func ledgerFund(ctx context.Context, t terminal, args []string) error {
	o := newOptions("ledger fund", t).withJSON()
	currency := o.String("currency", "", "currency (default the merchant's)")
	test := o.Bool("test", false, "fund the test balance of a live merchant")
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) != 2 {
		return errors.New("ledger fund: want a merchant id and an amount")
	}
	id, err := merchantID(args[0])
	if err != nil {
		return err
	}
	amount, err := money.ParseAmount(args[1])
	if err != nil || amount == 0 {
		return fmt.Errorf("amount %q: want a decimal above zero with at most two decimals", args[1])
	}
	return o.with(ctx, func(i *platform.Installation) error {
		m, err := i.Merchants.Get(ctx, id)
		if err != nil {
			return err
		}
		deposit := money.Money{Amount: amount, Currency: m.Settings.Currency}
		if *currency != "" {
			var known bool
			if deposit.Currency, known = money.ParseCurrency(*currency); !known {
				return errors.New("--currency: unknown currency")
			}
		}
		payment, err := i.Payments.Next(ctx)
		if err != nil {
			return err
		}
		fund := &ledger.Fund{
			MerchantID: id, PaymentID: payment, Book: ledger.BookOf(*test || m.Status == merchant.Test), Money: deposit,
		}
		if err := do(ctx, i, fund); err != nil {
			return fmt.Errorf("it may have been booked all the same: look at `tolem ledger balances %d` before you repeat it: %w", id, err)
		}
		return printAccounts(t, o.json, []ledger.Account{fund.Account})
	})
}

func ledgerBalances(ctx context.Context, t terminal, args []string) error {
	o := newOptions("ledger balances", t).withJSON()
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	tail, values := "ORDER BY merchant_id, book, name, currency", []any{}
	if len(args) > 0 {
		id, err := merchantID(args[0])
		if err != nil {
			return err
		}
		tail, values = "WHERE merchant_id = $1 "+tail, []any{id}
	}
	return o.with(ctx, func(i *platform.Installation) error {
		var accounts []ledger.Account
		err := i.DB.View(ctx, func(tx *store.Tx) (err error) {
			accounts, err = ledger.Accounts.Select(ctx, tx, tail, values...)
			return err
		})
		if err != nil {
			return err
		}
		return printAccounts(t, o.json, accounts)
	})
}

// verification is what ledger verify prints as JSON.
type verification struct {
	ledger.Report
	Seconds           float64 `json:"seconds"`
	SecondsPerMillion float64 `json:"seconds_per_million_transfers"`
}

func ledgerVerify(ctx context.Context, t terminal, args []string) error {
	o := newOptions("ledger verify", t).withJSON()
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	return o.with(ctx, func(i *platform.Installation) error {
		began := time.Now()
		var report ledger.Report
		err := i.DB.Snapshot(ctx, func(tx *store.Tx) (err error) {
			report, err = platform.Verify(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
		took := time.Since(began)
		million := report.PerMillion(took)
		if o.json {
			err = printJSON(t.out, verification{report, took.Seconds(), million.Seconds()})
		} else {
			for _, problem := range report.Problems {
				fmt.Fprintln(t.out, problem)
			}
			_, err = fmt.Fprintf(t.out, "%d accounts, %d transfers, %d problems, %s (%s per million transfers)\n",
				report.Accounts, report.Transfers, len(report.Problems), took.Round(time.Millisecond), million.Round(time.Millisecond))
		}
		if err == nil && len(report.Problems) > 0 {
			err = errors.New("the books are wrong")
		}
		return err
	})
}
