package platform

import (
	"log/slog"
	"net"
	"time"

	"tolem/internal/callback"
	"tolem/internal/clock"
	"tolem/internal/payout"
)

// Config is what an operator sets. Zero values mean the defaults named.
type Config struct {
	Listen    string // "127.0.0.1:8080"; port 0 takes a free one
	Data      string // directory for what is kept in files: "tolem-data"
	Database  string // "sqlite:PATH" or "postgres://..."; SQLite in Data
	PublicURL string // how browsers and merchants reach us; "http://" + the address listened on

	// Sandbox: nil is what the data says, and for new data on unless a vault key is given.
	Sandbox      *bool
	SandboxDelay time.Duration // how long "process" cards stay in process: 30 s (R37)

	AllowPrivateCallbacks *bool             // nil: as Sandbox
	CallbackSchedule      callback.Schedule // 0, 30m, 60m, 90m, 120m (R39)
	EffectLease           time.Duration     // 10 s
	NoEffects             bool              // take calls only: other nodes call banks and merchants
	Patience              time.Duration     // how long a call waits for the bank: 15 s; below zero not at all

	VaultKey     string // base64 of the key-encryption key
	VaultKeyFile string // or the file it is in

	Proxies     []net.IPNet   // whose X-Forwarded-For is believed; none
	MaxCalls    int           // calls under way at most: 4096
	Admin       string        // address of metrics, health and profiles; none
	VerifyEvery time.Duration // how often the books are checked; never
	OTLP        string        // URL of the OpenTelemetry collector; none
	TraceShare  float64       // of the traces that are kept, 0 to 1

	Zone      *time.Location // of dates in messages: Asia/Almaty (R15)
	LimitZone *time.Location // of pg_order_time_limit: UTC (R54)

	Clock clock.Clock
	Log   *slog.Logger
}

// DefaultSchedule is when callbacks are attempted, counted from the first.
var DefaultSchedule = callback.Schedule{0, 30 * time.Minute, 60 * time.Minute, 90 * time.Minute, 120 * time.Minute}

func (c Config) withDefaults() Config {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if c.Data == "" {
		c.Data = "tolem-data"
	}
	if c.SandboxDelay == 0 {
		c.SandboxDelay = 30 * time.Second
	}
	if c.CallbackSchedule == nil {
		c.CallbackSchedule = DefaultSchedule
	}
	if c.EffectLease == 0 {
		c.EffectLease = 10 * time.Second
	}
	if c.Patience == 0 {
		c.Patience = payout.Patience
	}
	if c.MaxCalls == 0 {
		c.MaxCalls = 4096
	}
	if c.Zone == nil {
		c.Zone = Almaty
	}
	if c.LimitZone == nil {
		c.LimitZone = time.UTC
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
