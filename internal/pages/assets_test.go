package pages

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestAssetsAreKeptForEverUnderTheirHash(t *testing.T) {
	handler := Assets()
	get := func(method, path string) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
		return recorder
	}
	for plain, file := range assets {
		answer := get(http.MethodGet, AssetsPath+file.name)
		if answer.Code != http.StatusOK || !bytes.Equal(answer.Body.Bytes(), file.body) {
			t.Errorf("%s: status %d", plain, answer.Code)
		}
		if got := answer.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", plain, got)
		}
		if answer.Header().Get("Content-Type") == "" || answer.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", plain, answer.Header())
		}
		if code := get(http.MethodPost, AssetsPath+file.name).Code; code != http.StatusMethodNotAllowed {
			t.Errorf("%s: POST %d", plain, code)
		}
		if code := get(http.MethodGet, AssetsPath+plain).Code; code != http.StatusNotFound {
			t.Errorf("%s without its hash: %d", plain, code)
		}
	}
}

func TestEveryFileAPageNeedsIsServedAndTogetherTheyAreSmall(t *testing.T) {
	handler := Assets()
	for name, page := range samples(Kazakh) {
		body := text(t, drawn(page))
		total := len(body)
		all, err := elements(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, element := range all {
			address, _ := attribute(element, "src")
			if element.Name.Local == "link" {
				address, _ = attribute(element, "href")
			}
			if address == "" {
				continue
			}
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, address, nil))
			if recorder.Code != http.StatusOK {
				t.Errorf("%s needs %s: %d", name, address, recorder.Code)
			}
			total += recorder.Body.Len()
		}
		if total > 100_000 {
			t.Errorf("%s weighs %d bytes", name, total)
		}
	}
}

func TestNoStyleOrScriptReachesOut(t *testing.T) {
	for plain, file := range assets {
		content := strings.ReplaceAll(string(file.body), "http://www.w3.org/2000/svg", "")
		for _, word := range []string{"http:", "https:", "//cdn", "@import", "url(", "eval(", "innerHTML", "localStorage", "XMLHttpRequest"} {
			if strings.Contains(content, word) {
				t.Errorf("%s contains %s", plain, word)
			}
		}
		if strings.Contains(strings.ReplaceAll(content, "fetch(here, ", ""), "fetch(") {
			t.Errorf("%s fetches something else than its own page", plain)
		}
	}
}

var colour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`)

// schemes reads the colours of a style sheet: light, and dark over light.
func schemes(sheet string) (light, dark map[string]string) {
	before, after, _ := strings.Cut(sheet, "@media (prefers-color-scheme: dark)")
	light, dark = map[string]string{}, map[string]string{}
	for _, match := range colour.FindAllStringSubmatch(before, -1) {
		light[match[1]], dark[match[1]] = match[2], match[2]
	}
	for _, match := range colour.FindAllStringSubmatch(after, -1) {
		dark[match[1]] = match[2]
	}
	return light, dark
}

// contrast is the ratio of WCAG 2.2, 1.4.3.
func contrast(a, b string) float64 {
	luminance := func(hex string) float64 {
		sum := 0.0
		for i, weight := range []float64{.2126, .7152, .0722} {
			value, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
			if err != nil {
				panic(fmt.Sprint(hex, err))
			}
			channel := float64(value) / 255
			if channel <= .04045 {
				sum += weight * channel / 12.92
			} else {
				sum += weight * math.Pow((channel+.055)/1.055, 2.4)
			}
		}
		return sum
	}
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + .05) / (min(la, lb) + .05)
}

func TestContrastMeetsAA(t *testing.T) {
	const text, shape = 4.5, 3
	for sheet, pairs := range map[string][]struct {
		front, ground string
		least         float64
	}{
		"pages.css": {
			{"ink", "sheet", text}, {"muted", "sheet", text}, {"faint", "sheet", text}, {"accent", "sheet", text}, {"bad", "sheet", text},
			{"muted", "ground", text}, {"on-accent", "accent", text}, {"on-accent", "accent-over", text}, {"accent", "pale", text}, {"ink", "pale", text}, {"muted", "pale", text},
			{"on-tide", "tide", text}, {"on-tide-muted", "tide", text}, {"on-tide-muted", "tide-deep", text}, {"on-ribbon", "ribbon", text},
			{"bad", "bad-ground", text}, {"ink", "bad-ground", text}, {"good", "good-ground", shape}, {"wait", "wait-ground", shape},
			{"border", "sheet", shape}, {"accent", "pale", shape},
		},
		"bank.css": {
			{"ink", "window", text}, {"muted", "window", text}, {"brand", "window", text}, {"brand-over", "window", text}, {"bad", "window", text},
			{"on-brand", "brand", text}, {"on-brand", "brand-over", text}, {"on-teach", "teach", text}, {"border", "window", shape},
		},
	} {
		light, dark := schemes(string(assets[sheet].body))
		for scheme, colours := range map[string]map[string]string{"light": light, "dark": dark} {
			for _, pair := range pairs {
				if got := contrast(colours[pair.front], colours[pair.ground]); got < pair.least {
					t.Errorf("%s, %s: %s on %s is %.2f", sheet, scheme, pair.front, pair.ground, got)
				}
			}
		}
	}
}
