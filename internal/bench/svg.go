package bench

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// svg is a picture that is being written. Coordinates are pixels, y downwards.
type svg struct{ bytes.Buffer }

type point struct{ x, y float64 }

// style tells the classes apart on light and on dark ground.
const style = `
:root { --ground: #ffffff; --ink: #1f2328; --faint: #d5d9de; --done: #00734f; --p50: #0b5cad; --p95: #a65b00; --p99: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ground: #14181d; --ink: #e3e7eb; --faint: #39414a; --done: #45d195; --p50: #62b0f5; --p95: #f0a63c; --p99: #ff8078 } }
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.title { font-size: 17px; font-weight: 600 }
.end { text-anchor: end } .middle { text-anchor: middle }
.ground { fill: var(--ground) }
.grid { stroke: var(--faint); fill: none } .axis { stroke: var(--ink); fill: none }
.curve { stroke-width: 2; fill: none; stroke-linejoin: round }
.curve.guide { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 4 }
.done { stroke: var(--done) } .p50 { stroke: var(--p50) } .p95 { stroke: var(--p95) } .p99 { stroke: var(--p99) }
circle.done { fill: var(--done) } circle.p50 { fill: var(--p50) } circle.p95 { fill: var(--p95) } circle.p99 { fill: var(--p99) }
text.done { fill: var(--done); stroke: none } text.p50 { fill: var(--p50); stroke: none } text.p95 { fill: var(--p95); stroke: none } text.p99 { fill: var(--p99); stroke: none }
`

func newSVG(width, height int, title, description string) *svg {
	s := &svg{}
	fmt.Fprintf(s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">`+"\n", width, height)
	fmt.Fprintf(s, "<title>%s</title>\n<desc>%s</desc>\n<style>%s</style>\n", escaped(title), escaped(description), style)
	fmt.Fprintf(s, `<rect class="ground" width="%d" height="%d"/>`+"\n", width, height)
	return s
}

func (s *svg) end() []byte {
	s.WriteString("</svg>\n")
	return s.Bytes()
}

func (s *svg) text(class string, at point, words string) {
	fmt.Fprintf(s, `<text class="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, at.x, at.y, escaped(words))
}

// upright is text that is read from below.
func (s *svg) upright(class string, at point, words string) {
	fmt.Fprintf(s, `<text class="%s" transform="translate(%.1f %.1f) rotate(-90)">%s</text>`+"\n", class, at.x, at.y, escaped(words))
}

func (s *svg) line(class string, points ...point) {
	texts := make([]string, len(points))
	for i, p := range points {
		texts[i] = fmt.Sprintf("%.1f,%.1f", p.x, p.y)
	}
	fmt.Fprintf(s, `<polyline class="%s" points="%s"/>`+"\n", class, strings.Join(texts, " "))
}

// dot marks a measured value, which a browser tells whoever points at it.
func (s *svg) dot(class string, at point, says string) {
	fmt.Fprintf(s, `<circle class="%s" cx="%.1f" cy="%.1f" r="3"><title>%s</title></circle>`+"\n", class, at.x, at.y, escaped(says))
}

func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a Builder takes everything
	return out.String()
}
