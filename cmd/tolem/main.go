// Command tolem is the whole platform: the server, and the commands that look
// after its data.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tolem:", err)
		os.Exit(1)
	}
}

// terminal is where a command prints.
type terminal struct{ out, err io.Writer }

// command is one thing the program does. Its name may have two words.
type command struct {
	name, arguments, help string
	run                   func(ctx context.Context, t terminal, args []string) error
}

func commands() []command {
	return []command{
		{"serve", "", "serve the platform (also what tolem alone does)", serve},
		{"merchant create", "NAME", "add a merchant and print its secrets, once", merchantCreate},
		{"merchant list", "", "list the merchants", merchantList},
		{"merchant show", "ID", "show a merchant and its settings", merchantShow},
		{"merchant set", "ID SETTING=VALUE...", "change settings, name or status", merchantSet},
		{"merchant rotate-secret", "ID", "draw a new secret and print it, once", merchantRotate},
		{"ledger fund", "ID AMOUNT", "book a deposit on a merchant's payout balance", ledgerFund},
		{"ledger balances", "[ID]", "show account balances", ledgerBalances},
		{"ledger verify", "", "check the books of a live database", ledgerVerify},
		{"callbacks list", "", "list callbacks, the newest first", callbacksList},
		{"callbacks redeliver", "ID...", "send callbacks once more", callbacksRedeliver},
		{"refunds list", "", "list the refunds that wait for approval, the oldest first", refundsList},
		{"refunds approve", "ID...", "let refunds go to the bank", refundsApprove},
		{"refunds reject", "ID...", "refuse refunds", refundsReject},
		{"sign", "SCRIPT FIELD=VALUE...", "show the string that is hashed, and pg_sig", sign},
		{"migrate", "", "bring the schema up to date, which serve does too; --citus distributes it", migrate},
		{"vault new-key", "FILE", "make a key-encryption key for production", vaultNewKey},
		{"vault rotate", "", "seal everything under new keys", vaultRotate},
		{"bench payouts", "", "offer payouts to a running server and measure", benchPayouts},
		{"bench purchases", "", "offer purchases to a running server, pay them and measure", benchPurchases},
		{"bench status", "", "ask a running server for payouts and measure", benchStatus},
		{"bench prepare", "", "make merchants, cards and a past for a benchmark", benchPrepare},
		{"bench echo", "", "serve nothing but signatures, to compare with", benchEcho},
		{"bench writer", "", "measure one writer alone with the disk", benchWriter},
		{"bench tpcb", "", "measure PostgreSQL alone with pgbench, to compare with", benchTPCB},
		{"bench table", "FILE", "make the table of the figures out of measurements", benchTable},
		{"version", "", "print the version", version},
	}
}

func run(ctx context.Context, args []string, out, errs io.Writer) error {
	t := terminal{out, errs}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") && args[0] != "--help" && args[0] != "-h" {
		return quiet(serve(ctx, t, args))
	}
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == c.name {
			return quiet(c.run(ctx, t, args[len(words):]))
		}
	}
	if args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		usage(out)
		return nil
	}
	usage(errs)
	return fmt.Errorf("unknown command %q", strings.Join(args[:min(2, len(args))], " "))
}

// quiet: asking for help is no failure.
func quiet(err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return nil
	}
	return err
}

func usage(out io.Writer) {
	fmt.Fprint(out, "Tolem, a payment platform that speaks the Freedom Pay API.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(out, "  tolem %-44s %s\n", strings.TrimSpace(c.name+" "+c.arguments), c.help)
	}
	fmt.Fprint(out, "\nEvery command has --help. Each flag is also TOLEM_NAME in the environment and a line \"name = value\" of the --config file.\n")
}

func version(_ context.Context, t terminal, _ []string) error {
	text := "development"
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			text = v
		}
		text += " " + info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				text += " " + s.Value
			}
		}
	}
	_, err := fmt.Fprintln(t.out, "tolem", text)
	return err
}
