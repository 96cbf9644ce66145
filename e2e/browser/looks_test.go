package browser

import (
	"cmp"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// heaviest is how many bytes a page may weigh with everything that belongs to it.
const heaviest = 100_000

func TestEveryPageIsFitToBeSeen(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	pictures := artifacts(t, "pages")
	for _, lang := range []string{"ru", "kk", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := s.in(t)
			person := newTab(t, s.origins()...)
			person.do(set(network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}))
			for _, page := range gallery {
				person.do(chromedp.ResetViewport())
				page.reach(s, person, lang)
				if weight := person.weighs(); weight == 0 || weight > heaviest {
					t.Errorf("%s weighs %d bytes", page.name, weight)
				}
				for _, w := range windows {
					person.do(w.resize())
					for _, scheme := range w.schemes(lang) {
						person.do(prefers(scheme))
						for _, wrong := range eval[[]string](person, fmt.Sprintf("%s(%t)", audit, w.phone)) {
							t.Errorf("%s, %s, %d px wide: %s", page.name, scheme, w.width, wrong)
						}
						if w.name != "" {
							person.photograph(filepath.Join(pictures, page.name+"_"+w.name+"_"+scheme+"_"+lang+".jpg"))
						}
					}
				}
			}
		})
	}
}

// audit looks for what is wrong with the page; it takes whether it is on a phone.
//
//go:embed audit.js
var audit string

// window is what a page is looked at in; only a named one is photographed.
type window struct {
	name          string
	width, height int64
	scale         float64
	phone         bool
}

var windows = []window{
	{"phone", 390, 844, 2, true},
	{"desktop", 1280, 800, 1, false},
	{"", 320, 568, 1, true}, // the smallest phone there is
}

// schemes are the colours to look at a page in: the dark ones where they can differ,
// once for all languages.
func (w window) schemes(lang string) []string {
	if w.name == "" || lang != "ru" {
		return []string{"light"}
	}
	return []string{"light", "dark"}
}

func (w window) resize() chromedp.Action[chromedp.Void] {
	options := []chromedp.EmulateViewportOption{chromedp.EmulateScale(w.scale)}
	if w.phone {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	return chromedp.EmulateViewport(w.width, w.height, options...)
}

// prefers makes the browser tell pages what its owner likes: a colour scheme, and
// nothing that moves.
func prefers(scheme string) chromedp.Action[chromedp.Void] {
	return set(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// photograph writes a picture of the whole page, as a JPEG: a PNG takes longer than all that is asked of the page.
func (p *tab) photograph(file string) {
	p.t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(90))
	if err == nil {
		err = os.WriteFile(file, picture, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// artifacts is a directory for what a test leaves to be looked at: in
// TOLEM_ARTIFACTS, which is relative to the root of the repository.
func artifacts(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(cmp.Or(os.Getenv("TOLEM_ARTIFACTS"), "artifacts"), name)
	if !filepath.IsAbs(path) {
		path = filepath.Join("../..", path)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
