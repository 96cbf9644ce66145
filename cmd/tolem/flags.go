package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"tolem/internal/callback"
	"tolem/internal/inbound"
	"tolem/internal/payout"
	"tolem/internal/platform"
)

// options are the flags of a command. What the command line does not set comes
// from TOLEM_* in the environment, then from the --config file.
type options struct {
	*pflag.FlagSet
	config  platform.Config
	file    string
	level   string
	format  string
	zone    string
	limits  string
	vault   string
	json    bool
	sandbox bool
	private bool
	effects bool
	plan    schedule
}

// newOptions has the flags that say where the data are.
func newOptions(name string, t terminal) *options {
	o := &options{FlagSet: pflag.NewFlagSet("tolem "+name, pflag.ContinueOnError)}
	o.SetOutput(t.err)
	o.SortFlags = false
	o.StringVar(&o.file, "config", "", "file with lines \"name = value\", one for each flag")
	o.StringVar(&o.config.Data, "data", "tolem-data", "directory of the data")
	o.StringVar(&o.config.Database, "database", "", "sqlite:PATH or postgres://USER@HOST/NAME (default SQLite in --data)")
	o.StringVar(&o.config.VaultKeyFile, "vault-key-file", "", "file of the key-encryption key (or its text in TOLEM_VAULT_KEY)")
	o.StringVar(&o.level, "log-level", "info", "debug, info, warn or error")
	o.StringVar(&o.format, "log-format", "text", "text or json")
	return o
}

// withJSON adds --json.
func (o *options) withJSON() *options {
	o.BoolVar(&o.json, "json", false, "print JSON")
	return o
}

// withServer adds the flags of a server.
func (o *options) withServer() *options {
	o.plan = schedule(platform.DefaultSchedule)
	o.StringVar(&o.config.Listen, "listen", "127.0.0.1:8080", "address to listen on")
	o.StringVar(&o.config.PublicURL, "public-url", "", "how browsers and merchants reach us (default http:// and the address)")
	o.BoolVar(&o.sandbox, "sandbox", false, "a demo merchant, test money and a simulated bank (default on for new data without a vault key)")
	o.DurationVar(&o.config.SandboxDelay, "sandbox-delay", 30*time.Second, "how long \"process\" test cards stay in process")
	o.BoolVar(&o.private, "allow-private-callbacks", false, "call loopback and private addresses too (default as --sandbox)")
	o.Var(&o.plan, "callback-schedule", "when callbacks are attempted, counted from the first")
	o.DurationVar(&o.config.EffectLease, "effect-lease", 10*time.Second, "after how long another node takes over from a silent one")
	o.BoolVar(&o.effects, "effects", true, "call the bank and merchants; a node that does not leaves that to others")
	o.DurationVar(&o.config.Patience, "patience", payout.Patience, "how long a call waits for the bank before it answers \"process\"")
	o.IPNetSliceVar(&o.config.Proxies, "trusted-proxies", nil, "networks of the proxies in front, whose X-Forwarded-For tells who calls")
	o.IntVar(&o.config.MaxCalls, "max-calls", 4096, "calls under way at most; others are answered HTTP 429 at once")
	o.StringVar(&o.config.Admin, "admin", "", "address of metrics, health and profiles, which asks nobody who they are (default none)")
	o.DurationVar(&o.config.VerifyEvery, "verify-every", 0, "how often the books are checked, as ledger verify does; 0 for never")
	o.StringVar(&o.config.OTLP, "otlp-endpoint", "", "URL of an OpenTelemetry collector, OTLP over HTTP (or OTEL_EXPORTER_OTLP_ENDPOINT; default none)")
	o.Float64Var(&o.config.TraceShare, "trace-share", 1, "how many of the traces are kept, 0 to 1")
	o.StringVar(&o.zone, "timezone", "Asia/Almaty", "zone of dates in messages")
	o.StringVar(&o.limits, "time-limit-zone", "UTC", "zone in which pg_order_time_limit is read")
	return o
}

// parse reads the arguments and returns those that are no flags.
func (o *options) parse(args []string, t terminal) ([]string, error) {
	if err := o.Parse(args); err != nil {
		return nil, err
	}
	if err := o.fill(); err != nil {
		return nil, err
	}
	if err := o.log(t.err); err != nil {
		return nil, err
	}
	o.config.VaultKey = o.vault
	o.config.CallbackSchedule = callback.Schedule(o.plan)
	return o.Args(), o.server()
}

func (o *options) log(out io.Writer) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.level)); err != nil {
		return fmt.Errorf("--log-level: %w", err)
	}
	var handler slog.Handler
	switch settings := (&slog.HandlerOptions{Level: level}); o.format {
	case "text":
		handler = slog.NewTextHandler(out, settings)
	case "json":
		settings.ReplaceAttr = durations
		handler = slog.NewJSONHandler(out, settings)
	default:
		return fmt.Errorf("--log-format %q: want text or json", o.format)
	}
	o.config.Log = slog.New(inbound.Named(handler))
	return nil
}

// durations are seconds to programs.
func durations(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.Float64Value(a.Value.Duration().Seconds())
	}
	return a
}

// server takes over what only a server has.
func (o *options) server() (err error) {
	if o.Lookup("sandbox") == nil {
		return nil
	}
	if o.Changed("sandbox") {
		o.config.Sandbox = &o.sandbox
	}
	if o.Changed("allow-private-callbacks") {
		o.config.AllowPrivateCallbacks = &o.private
	}
	o.config.NoEffects = !o.effects
	if o.config.Patience < 0 {
		return errors.New("--patience must not be negative")
	}
	if o.config.Patience == 0 {
		o.config.Patience = -1
	}
	if o.config.SandboxDelay < 0 || o.config.EffectLease < 100*time.Millisecond {
		return errors.New("--sandbox-delay must not be negative, --effect-lease not below 100ms")
	}
	if o.config.MaxCalls < 1 || o.config.VerifyEvery < 0 || o.config.TraceShare < 0 || o.config.TraceShare > 1 {
		return errors.New("--max-calls must be above zero, --verify-every not negative, --trace-share from 0 to 1")
	}
	if o.config.OTLP == "" {
		o.config.OTLP = os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")
	}
	if o.config.Zone, err = time.LoadLocation(o.zone); err != nil {
		return fmt.Errorf("--timezone: %w", err)
	}
	if o.config.LimitZone, err = time.LoadLocation(o.limits); err != nil {
		return fmt.Errorf("--time-limit-zone: %w", err)
	}
	return nil
}

// fill sets the flags that the command line did not.
func (o *options) fill() error {
	fromFile := map[string]string{}
	if name := os.Getenv("TOLEM_CONFIG"); o.file == "" {
		o.file = name
	}
	if o.file != "" {
		var err error
		if fromFile, err = readConfig(o.file); err != nil {
			return err
		}
	}
	o.vault = os.Getenv("TOLEM_VAULT_KEY")
	if o.vault == "" {
		o.vault = fromFile["vault-key"]
	}
	delete(fromFile, "vault-key")
	var errs []error
	o.VisitAll(func(f *pflag.Flag) {
		value, source := os.Getenv("TOLEM_"+strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))), "environment"
		if value == "" {
			value, source = fromFile[f.Name], o.file
		}
		if !f.Changed && value != "" && f.Name != "config" {
			if err := o.Set(f.Name, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", source, err))
			}
		}
	})
	return errors.Join(errs...)
}

// readConfig reads "name = value" lines; # begins a comment line. A file serves
// every command, so names that a command does not have are left alone.
func readConfig(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values, wrong := parseConfig(string(text), newOptions("", terminal{}).withServer().withJSON())
	if wrong > 0 {
		return nil, fmt.Errorf("%s:%d: want \"name = value\" with the name of a flag", path, wrong)
	}
	return values, nil
}

// parseConfig reads the text of a config file, or says which line is wrong.
func parseConfig(text string, known *options) (values map[string]string, wrong int) {
	values = map[string]string{}
	for line := range strings.Lines(text) {
		wrong++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || known.Lookup(name) == nil && name != "vault-key" {
			return nil, wrong
		}
		values[name] = strings.TrimSpace(value)
	}
	return values, 0
}

// schedule is a list of durations on the command line.
type schedule callback.Schedule

func (s *schedule) String() string {
	texts := make([]string, len(*s))
	for i, d := range *s {
		texts[i] = d.String()
	}
	return strings.Join(texts, ",")
}

func (s *schedule) Set(text string) error {
	var list schedule
	for item := range strings.SplitSeq(text, ",") {
		d, err := time.ParseDuration(strings.TrimSpace(item))
		if err != nil {
			return err
		}
		if d < 0 || len(list) > 0 && d < list[len(list)-1] {
			return errors.New("times must not go back")
		}
		list = append(list, d)
	}
	*s = list
	return nil
}

func (s *schedule) Type() string { return "durations" }
