package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tolem/internal/merchant"
	"tolem/internal/platform"
)

// merchantView is a merchant in JSON; the secrets are there once, when made.
type merchantView struct {
	ID       int64             `json:"id"`
	Name     string            `json:"name"`
	Status   merchant.Status   `json:"status"`
	Secrets  map[string]string `json:"secrets,omitempty"`
	Settings map[string]string `json:"settings,omitempty"`
}

func view(m *merchant.Merchant) merchantView {
	v := merchantView{ID: m.ID, Name: m.Name, Status: m.Status, Settings: map[string]string{}}
	for _, s := range merchant.All {
		v.Settings[s.Name] = s.Get(&m.Settings)
	}
	return v
}

func merchantCreate(ctx context.Context, t terminal, args []string) error {
	o := newOptions("merchant create", t).withJSON()
	id := o.Int64("id", 0, "its number (default the next one)")
	status := o.String("status", "", "test or live (default test in a sandbox, else live)")
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New("merchant create: want a name, and settings such as payout=on")
	}
	return o.with(ctx, func(i *platform.Installation) error {
		if *status == "" {
			*status = string(merchant.Live)
			if i.Sandbox {
				*status = string(merchant.Test)
			}
		}
		draft := &merchant.Merchant{Name: args[0], Status: merchant.Status(*status), Settings: merchant.Defaults()}
		if draft.Status != merchant.Test && draft.Status != merchant.Live {
			return errors.New("--status: want test or live")
		}
		if err := edit(draft, args[1:]); err != nil {
			return err
		}
		m, err := i.Merchants.Create(ctx, *id, draft.Name, draft.Status, draft.Settings, nil)
		if err != nil {
			return err
		}
		v := view(m)
		v.Secrets = map[string]string{}
		for _, p := range merchant.Purposes {
			v.Secrets[string(p)] = m.Signing(p).Reveal()
		}
		if o.json {
			return printJSON(t.out, v)
		}
		fmt.Fprintf(t.out, "merchant        %d\npurchase secret %s\npayout secret   %s\n", m.ID, v.Secrets["purchase"], v.Secrets["payout"])
		_, err = fmt.Fprintln(t.err, "The secrets are not shown again.")
		return err
	})
}

func merchantList(ctx context.Context, t terminal, args []string) error {
	o := newOptions("merchant list", t).withJSON()
	if _, err := o.parse(args, t); err != nil {
		return err
	}
	return o.with(ctx, func(i *platform.Installation) error {
		merchants, err := i.Merchants.List(ctx)
		if err != nil {
			return err
		}
		views, rows := []merchantView{}, [][]string{{"ID", "STATUS", "NAME"}}
		for _, m := range merchants {
			views = append(views, merchantView{ID: m.ID, Name: m.Name, Status: m.Status})
			rows = append(rows, []string{fmt.Sprint(m.ID), string(m.Status), m.Name})
		}
		if o.json {
			return printJSON(t.out, views)
		}
		return printTable(t.out, rows)
	})
}

func merchantShow(ctx context.Context, t terminal, args []string) error {
	o := newOptions("merchant show", t).withJSON()
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return errors.New("merchant show: want an id")
	}
	id, err := merchantID(args[0])
	if err != nil {
		return err
	}
	return o.with(ctx, func(i *platform.Installation) error {
		m, err := i.Merchants.Get(ctx, id)
		if err != nil {
			return err
		}
		return printMerchant(t, o.json, m)
	})
}

func printMerchant(t terminal, asJSON bool, m *merchant.Merchant) error {
	if asJSON {
		return printJSON(t.out, view(m))
	}
	rows := [][]string{{"id", fmt.Sprint(m.ID), ""}, {"name", m.Name, ""}, {"status", string(m.Status), "test, live or blocked"}}
	for _, s := range merchant.All {
		rows = append(rows, []string{s.Name, s.Get(&m.Settings), s.Help})
	}
	return printTable(t.out, rows)
}

func merchantSet(ctx context.Context, t terminal, args []string) error {
	o := newOptions("merchant set", t).withJSON()
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) < 2 {
		return errors.New("merchant set: want an id and settings such as payout=on")
	}
	id, err := merchantID(args[0])
	if err != nil {
		return err
	}
	return o.with(ctx, func(i *platform.Installation) error {
		m, err := i.Merchants.Change(ctx, id, func(m *merchant.Merchant) error { return edit(m, args[1:]) })
		if err != nil {
			return err
		}
		return printMerchant(t, o.json, m)
	})
}

// edit applies "setting=value" words; name and status are settings too.
func edit(m *merchant.Merchant, words []string) error {
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		switch {
		case !ok:
			return fmt.Errorf("%q: want SETTING=VALUE", word)
		case name == "name" && value != "":
			m.Name = value
		case name == "status":
			m.Status = merchant.Status(value)
			if !slices.Contains([]merchant.Status{merchant.Test, merchant.Live, merchant.Blocked}, m.Status) {
				return errors.New("status: want test, live or blocked")
			}
		default:
			if err := m.Settings.Set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func merchantRotate(ctx context.Context, t terminal, args []string) error {
	o := newOptions("merchant rotate-secret", t).withJSON()
	purpose := o.String("purpose", "", "purchase or payout")
	overlap := o.Duration("overlap", 24*time.Hour, "how long older secrets still verify at most")
	args, err := o.parse(args, t)
	if err != nil {
		return err
	}
	if len(args) != 1 || !slices.Contains(merchant.Purposes, merchant.Purpose(*purpose)) {
		return errors.New("merchant rotate-secret: want an id and --purpose purchase or payout")
	}
	id, err := merchantID(args[0])
	if err != nil {
		return err
	}
	return o.with(ctx, func(i *platform.Installation) error {
		secret, err := i.Merchants.Rotate(ctx, id, merchant.Purpose(*purpose), *overlap)
		if err != nil {
			return err
		}
		if o.json {
			return printJSON(t.out, merchantView{ID: id, Secrets: map[string]string{*purpose: secret.Reveal()}})
		}
		_, err = fmt.Fprintf(t.out, "%s secret %s\n", *purpose, secret.Reveal())
		return err
	})
}
