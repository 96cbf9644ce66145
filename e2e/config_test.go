package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestASandboxAndProductionDoNotMix: data are of one kind for good.
func TestASandboxAndProductionDoNotMix(t *testing.T) {
	t.Parallel()
	sandbox, production := newSite(t, false), newSite(t, false)
	sandbox.start(t).stop(t)
	key := filepath.Join(production.output, "vault.key")
	production.tolem(t, "vault", "new-key", key)
	refusal(t, sandbox, "made by a sandbox", "--sandbox=false", "--vault-key-file", key)

	p := production.start(t, "--sandbox=false", "--vault-key-file", key)
	p.stop(t)
	if greeting := read(t, p.stdout); strings.TrimSpace(greeting) != "listening on "+p.URL {
		t.Errorf("production greets with\n%s", greeting)
	}
	refusal(t, production, "production installation", "--sandbox", "--vault-key-file", key)
	refusal(t, production, "needs a vault key")
	again := production.launch(t, production.serve("--listen", "0.0.0.0:0"), "TOLEM_VAULT_KEY="+strings.TrimSpace(read(t, key)))
	again.ready(t)
	again.stop(t)
	production.flags = append(production.flags, "--vault-key-file", key)
	if merchants := tell[[]described](t, production, "merchant", "list"); len(merchants) != 0 {
		t.Errorf("production has %d merchants from the start", len(merchants))
	}
}

// TestAStartThatIsRefusedDecidesNothing: the data are still open to either kind.
func TestAStartThatIsRefusedDecidesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	refusal(t, s, "needs a vault key", "--sandbox=false")
	refusal(t, s, "everybody knows the secrets of demo merchant 700123", "--listen", "0.0.0.0:0")
	p := s.start(t)
	refusal(t, s, "address already in use", "--listen", strings.TrimPrefix(p.URL, "http://"))
	p.stop(t)
}

// refusal checks why a server does not start.
func refusal(t *testing.T, s *site, want string, flags ...string) {
	t.Helper()
	if why := s.refused(t, s.serve(flags...)...); !strings.Contains(why, want) {
		t.Errorf("serve %q is refused with %q, want %q", flags, why, want)
	}
}

// TestASandboxMayBeOpenedOnceItsSecretsAreNew: what the refusal advises works.
func TestASandboxMayBeOpenedOnceItsSecretsAreNew(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	s.start(t).stop(t)
	for _, purpose := range []string{"purchase", "payout"} {
		refusal(t, s, "everybody knows", "--listen", "0.0.0.0:0")
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
		p := s.launch(t, append([]string{"serve"}, c.flags...), c.environment)
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
