package pages

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

var screenshots = flag.String("screenshots", "", "directory to write a picture of every page to")

// browser is Chromium with a server that has every sample at /<lang>/<name> and takes their posts.
type browser struct {
	context.Context
	base   string
	posted chan url.Values
}

// newBrowser starts both; without Chromium, or in short mode, the test is skipped.
func newBrowser(t *testing.T) browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" || testing.Short() {
		t.Skip("needs Chromium")
	}
	b := browser{posted: make(chan url.Values, 10)}
	mux := http.NewServeMux()
	mux.Handle("GET "+AssetsPath, Assets())
	mux.HandleFunc("GET /{lang}/{name}", func(w http.ResponseWriter, r *http.Request) {
		Render(w, http.StatusOK, samples(Lang(r.PathValue("lang")))[r.PathValue("name")])
	})
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		if r.ParseForm() == nil {
			b.posted <- r.PostForm
		}
		time.Sleep(300 * time.Millisecond) // long enough for a second click
		Render(w, http.StatusOK, samples(Russian)["result-success"])
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.base = server.URL
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true))...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	b.Context = ctx
	return b
}

func (b browser) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b, steps...); err != nil {
		t.Fatal(err)
	}
}

func (b browser) value(t *testing.T, expression string) string {
	t.Helper()
	value, err := chromedp.Run(b, chromedp.Evaluate[string](expression))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestInTheBrowser(t *testing.T) {
	b := newBrowser(t)
	const left = kb.ArrowLeft
	for _, test := range []struct{ name, field, keys, want string }{
		{"digits are grouped", "number", "4671593866478252", "4671 5938 6647 8252|19"},
		{"nineteen digits", "number", "62045003384193609399", "6204 5003 3841 9360 939|23"},
		{"American Express has groups of its own", "number", "378282246310005", "3782 822463 10005|17"},
		{"letters and hyphens are dropped", "number", "4671-5938a", "4671 5938|9"},
		{"a digit put in stays before the caret", "number", "46715938" + left + left + "0", "4671 5903 8|8"},
		{"deleting over a space takes the digit", "number", "46715" + left + kb.Backspace, "4675|3"},
		{"deleting forward over a space too", "number", "46715" + left + left + kb.Delete, "4671|4"},
		{"month and year are parted", "expiry", "0829", "08/29|5"},
		{"a month of one digit", "expiry", "829", "08/29|5"},
		{"a slash typed by hand", "expiry", "1/29", "01/29|5"},
		{"a month can be taken back", "expiry", "08" + kb.Backspace, "0|1"},
		{"CVC takes digits only", "cvc", "12a3", "123|3"},
	} {
		b.do(t, chromedp.Navigate(b.base+"/en/card"), chromedp.SendKeys(chromedp.CSS("#"+test.field), test.keys))
		got := b.value(t, `document.activeElement.value + "|" + document.activeElement.selectionStart`)
		if got != test.want {
			t.Errorf("%s: %s, not %s", test.name, got, test.want)
		}
	}
	t.Run("the brand is found and the card drawn", func(t *testing.T) {
		b.do(t, chromedp.Navigate(b.base+"/en/card"), chromedp.SendKeys(chromedp.CSS("#number"), "5367 65"))
		got := b.value(t, `document.querySelector(".chosen").dataset.brand + document.getElementById("card-number").textContent`)
		if got != "MC5367 65•• •••• ••••" {
			t.Error(got)
		}
	})
	t.Run("a mistake is said when the field is left and forgotten when it is edited", func(t *testing.T) {
		const said = `document.getElementById("number-error").textContent + "|" + document.getElementById("number").getAttribute("aria-invalid")`
		b.do(t, chromedp.Navigate(b.base+"/kk/card"), chromedp.SendKeys(chromedp.CSS("#number"), "4671593866478253"+kb.Tab))
		if got := b.value(t, said); got != kazakh.Problems[NumberWrong]+"|true" {
			t.Error(got)
		}
		b.do(t, chromedp.SendKeys(chromedp.CSS("#number"), kb.Backspace+"2"+kb.Tab))
		if got := b.value(t, said); got != "|null" {
			t.Error(got)
		}
	})
	t.Run("the summary has the focus after a post with mistakes", func(t *testing.T) {
		b.do(t, chromedp.Navigate(b.base+"/en/card-problems"))
		if got := b.value(t, "document.activeElement.id"); got != "summary" {
			t.Error(got)
		}
	})
	t.Run("two clicks are one post", func(t *testing.T) {
		b.do(t, chromedp.Navigate(b.base+"/en/payout"), chromedp.SendKeys(chromedp.CSS("#number"), testNumber),
			chromedp.DoubleClick(chromedp.CSS("form button")), chromedp.WaitReady(chromedp.CSS("main.success")))
		form := <-b.posted
		if diff := cmp.Diff(url.Values{FieldLang: {"en"}, FieldNumber: {"4671 5938 6647 8252"}, FieldHolder: {""}}, form); diff != "" {
			t.Error(diff)
		}
		if len(b.posted) != 0 {
			t.Error("posted twice")
		}
	})
	t.Run("cancel is told from confirm", func(t *testing.T) {
		b.do(t, chromedp.Navigate(b.base+"/en/challenge"), chromedp.Click(chromedp.CSS("button.cancel")),
			chromedp.WaitReady(chromedp.CSS("main.success")))
		if form := <-b.posted; !form.Has(FieldCancel) {
			t.Error(form)
		}
		b.do(t, chromedp.Navigate(b.base+"/en/challenge"), chromedp.SendKeys(chromedp.CSS("#code"), "111111\r"),
			chromedp.WaitReady(chromedp.CSS("main.success")))
		if form := <-b.posted; form.Has(FieldCancel) || form.Get(FieldCode) != "111111" {
			t.Error(form)
		}
	})
	t.Run("nothing is wider than a small phone and every target can be hit", func(t *testing.T) {
		const narrow = `(() => {
			if (document.documentElement.scrollWidth > innerWidth) return "wider than the screen";
			for (const e of document.querySelectorAll("a, button, input:not([type=hidden])")) {
				const box = e.getBoundingClientRect();
				if (!e.closest(".summary") && box.height < 44) return e.outerHTML + " is " + box.height + " high";
			}
			return "";
		})()`
		b.do(t, chromedp.EmulateViewport(320, 640))
		for _, lang := range []Lang{Kazakh, Russian} { // the longest words
			for name := range samples(lang) {
				b.do(t, chromedp.Navigate(b.base+"/"+string(lang)+"/"+name))
				if got := b.value(t, narrow); got != "" {
					t.Errorf("%s %s: %s", lang, name, got)
				}
			}
		}
	})
	t.Run("without script the form still posts", func(t *testing.T) {
		b.do(t, script(false), chromedp.Navigate(b.base+"/en/payout-card"), chromedp.SendKeys(chromedp.CSS("#number"), testNumber),
			chromedp.SendKeys(chromedp.CSS("#holder"), "AIGUL SERIKOVA\r"), chromedp.WaitReady(chromedp.CSS("main.success")), script(true))
		if form := <-b.posted; form.Get(FieldNumber) != testNumber {
			t.Error("the number was not posted")
		}
	})
}

func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("run with -screenshots=DIR")
	}
	b := newBrowser(t)
	screens := map[string][2]int64{"phone": {390, 844}, "small": {320, 640}, "desktop": {1280, 800}}
	for _, lang := range languages {
		for name := range samples(lang) {
			for size, pixels := range screens {
				for _, scheme := range []string{"light", "dark"} {
					b.do(t, chromedp.EmulateViewport(pixels[0], pixels[1]), prefers("prefers-color-scheme", scheme),
						chromedp.Navigate(b.base+"/"+string(lang)+"/"+name))
					picture, err := chromedp.Run(b, chromedp.FullScreenshot(100))
					if err != nil {
						t.Fatal(err)
					}
					file := filepath.Join(*screenshots, strings.Join([]string{name, size, scheme, string(lang)}, "_")+".png")
					if err := os.WriteFile(file, picture, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// prefers makes the browser answer a media query of the reader's preferences.
func prefers(feature, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
		})
		return err
	})
}

// script switches the page's scripts on or off.
func script(on bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	})
}
