package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is the one browser of all tests; each tab has cookies and a cache of
// its own.
var chromium context.Context

func TestMain(m *testing.M) { os.Exit(withChromium(m.Run)) }

func withChromium(run func() int) int {
	path, err := find("chromium", "chromium-browser", "google-chrome")
	if err != nil {
		fmt.Fprintln(os.Stderr, "these tests need Chromium, which is not in PATH: scripts/setup installs it")
		return 1
	}
	profile, err := os.MkdirTemp("", "tolem-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(profile)
	allocator, stop := chromedp.NewExecAllocator(context.Background(),
		append(chromedp.DefaultExecAllocatorOptions[:], // headless, no first run, no sync, nothing in the background
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile),
			// What is pressed before the first frame of a page would be dropped.
			chromedp.Flag("allow-pre-commit-input", true),
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Env("TMPDIR="+profile))...) // what it leaves behind goes with its profile
	defer stop()
	browser, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(browser); err != nil {
		fmt.Fprintf(os.Stderr, "%s does not start: %v\n", path, err)
		return 1
	}
	chromium = browser
	return run()
}

func find(names ...string) (path string, err error) {
	for _, name := range names {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", err
}
