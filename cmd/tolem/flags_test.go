package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func parse(t *testing.T, args ...string) (*options, error) {
	t.Helper()
	var out bytes.Buffer
	terminal := terminal{&out, &out}
	o := newOptions("serve", terminal).withServer()
	_, err := o.parse(args, terminal)
	return o, err
}

func TestTheCommandLineWinsOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tolem.conf")
	text := "# a comment\n\nlisten = 127.0.0.1:1\ndata = from-file\neffect-lease = 3s\nvault-key = key-from-file\nsandbox = false\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TOLEM_LISTEN", "127.0.0.1:2")
	t.Setenv("TOLEM_DATA", "from-environment")
	o, err := parse(t, "--config", file, "--listen", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	c := o.config
	if c.Listen != "127.0.0.1:3" || c.Data != "from-environment" || c.EffectLease != 3*time.Second || c.VaultKey != "key-from-file" {
		t.Errorf("listen %s, data %s, lease %s, key %q", c.Listen, c.Data, c.EffectLease, c.VaultKey)
	}
	if c.Sandbox == nil || *c.Sandbox {
		t.Error("sandbox = false of the file is lost")
	}
}

func TestAnUnsetSandboxIsLeftToTheData(t *testing.T) {
	o, err := parse(t)
	if err != nil || o.config.Sandbox != nil || o.config.AllowPrivateCallbacks != nil {
		t.Errorf("sandbox %v, private %v, %v", o.config.Sandbox, o.config.AllowPrivateCallbacks, err)
	}
	t.Setenv("TOLEM_SANDBOX", "true")
	if o, err = parse(t); err != nil || o.config.Sandbox == nil || !*o.config.Sandbox {
		t.Errorf("TOLEM_SANDBOX=true is lost: %v", err)
	}
}

func TestWrongSettingsAreRefused(t *testing.T) {
	for _, args := range [][]string{
		{"--nothing"}, {"--callback-schedule", "0,30m,10m"}, {"--callback-schedule", "soon"}, {"--effect-lease", "1ms"},
		{"--timezone", "Nowhere/City"}, {"--log-level", "loud"}, {"--sandbox-delay", "-1s"}, {"--config", "no-such-file"},
		{"--log-format", "xml"}, {"--max-calls", "0"}, {"--verify-every", "-1s"}, {"--trace-share", "1.1"}, {"--trace-share", "-1"},
		{"--trusted-proxies", "10.0.0.1"}, {"--trusted-proxies", "10.0.0.0/33"},
	} {
		if _, err := parse(t, args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
	file := filepath.Join(t.TempDir(), "tolem.conf")
	if err := os.WriteFile(file, []byte("lisen = 127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := parse(t, "--config", file); err == nil {
		t.Error("a misspelled name in the file was taken")
	}
}

// A line in JSON is an object whose durations are seconds.
func TestTheLogIsTextOrJSON(t *testing.T) {
	for format, want := range map[string]string{
		"text": `level=WARN msg="a line" took=1.5s`,
		"json": `"level":"WARN","msg":"a line","took":1.5}`,
	} {
		var out bytes.Buffer
		terminal := terminal{&out, &out}
		o := newOptions("serve", terminal).withServer()
		if _, err := o.parse([]string{"--log-format", format, "--log-level", "warn"}, terminal); err != nil {
			t.Fatal(err)
		}
		o.config.Log.Info("not this one")
		o.config.Log.Warn("a line", "took", 1500*time.Millisecond)
		if got := out.String(); !strings.Contains(got, want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %s", format, got)
		}
	}
}

// The collector may also be named as OpenTelemetry does.
func TestTheCollectorOfTraces(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://standard:4318")
	if o, err := parse(t); err != nil || o.config.OTLP != "http://standard:4318" {
		t.Errorf("%q, %v", o.config.OTLP, err)
	}
	if o, err := parse(t, "--otlp-endpoint", "http://ours:4318"); err != nil || o.config.OTLP != "http://ours:4318" {
		t.Errorf("%q, %v", o.config.OTLP, err)
	}
}
