package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestASandboxAndProductionDoNotMix, and neither opens without what it needs.
func TestASandboxAndProductionDoNotMix(t *testing.T) {
	t.Parallel()
	sandbox, production := newSite(t, false), newSite(t, false)
	for _, refusal := range []struct {
		name string
		line string
		want string
	}{
		{"production without a key", "serve --sandbox=false", "needs a vault key"},
		{"known secrets on every address", "serve --listen 0.0.0.0:0", "everybody knows the secrets of demo merchant 700123"},
	} {
		s := newSite(t, false)
		if why := s.refused(t, append(strings.Fields(refusal.line), s.flags...)...); !strings.Contains(why, refusal.want) {
			t.Errorf("%s: refused with %q", refusal.name, why)
		}
		s.start(t).stop(t) // a start that was refused has decided nothing
	}

	sandbox.start(t).stop(t)
	key := filepath.Join(production.output, "vault.key")
	production.tolem(t, "vault", "new-key", key)
	serve := []string{"serve", "--listen", "127.0.0.1:0"}
	if why := sandbox.refused(t, append(serve, "--sandbox=false", "--vault-key-file", key, "--data", sandbox.data)...); !strings.Contains(why, "made by a sandbox") {
		t.Errorf("production on a sandbox's data is refused with %q", why)
	}

	production.flags = append(production.flags, "--vault-key-file", key)
	p := production.start(t, "--sandbox=false")
	p.stop(t)
	if greeting := read(t, p.stdout); strings.TrimSpace(greeting) != "listening on "+p.URL {
		t.Errorf("production greets with\n%s", greeting)
	}
	if why := production.refused(t, append(serve, "--sandbox", "--vault-key-file", key, "--data", production.data)...); !strings.Contains(why, "production installation") {
		t.Errorf("a sandbox on production's data is refused with %q", why)
	}
	if merchants := tell[[]described](t, production, "merchant", "list"); len(merchants) != 0 {
		t.Errorf("production has %d merchants from the start", len(merchants))
	}
	production.start(t, "--listen", "0.0.0.0:0").stop(t)
}

// TestASandboxMayBeOpenedOnceItsSecretsAreNew: what the refusal advises works.
func TestASandboxMayBeOpenedOnceItsSecretsAreNew(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	s.start(t).stop(t)
	for _, purpose := range []string{"purchase", "payout"} {
		s.refused(t, append([]string{"serve", "--listen", "0.0.0.0:0"}, s.flags...)...)
		s.tolem(t, "merchant", "rotate-secret", "700123", "--purpose", purpose, "--overlap", "0")
	}
	p := s.start(t, "--listen", "0.0.0.0:0")
	p.stop(t)
	if greeting := read(t, p.stdout); strings.Contains(greeting, "secret") {
		t.Errorf("the greeting still shows secrets:\n%s", greeting)
	}
}

// TestSettingsComeFromTheCommandLineThenTheEnvironmentThenAFile, as the address
// that the greeting prints shows.
func TestSettingsComeFromTheCommandLineThenTheEnvironmentThenAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	file := filepath.Join(s.output, "tolem.conf")
	text := "# the shop's own\nlisten = 127.0.0.1:0\npublic-url = http://file.example\ndata = " + s.data + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.flags = nil // the file names the data
	for _, c := range []struct {
		flags       []string
		environment string
		want        string
	}{
		{[]string{"--config", file}, "", "http://file.example"},
		{nil, "TOLEM_CONFIG=" + file, "http://file.example"},
		{[]string{"--config", file}, "TOLEM_PUBLIC_URL=http://environment.example", "http://environment.example"},
		{[]string{"--config", file, "--public-url", "http://flag.example"}, "TOLEM_PUBLIC_URL=http://environment.example", "http://flag.example"},
	} {
		p := s.launch(t, c.flags, c.environment)
		p.ready(t)
		eventually(t, func() error {
			if !strings.Contains(read(t, p.stdout), "curl "+c.want+"/api/reg2reg ") {
				return errors.New("the greeting does not call " + c.want)
			}
			return nil
		})
		p.stop(t)
	}
}
