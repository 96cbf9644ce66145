package pages

import (
	"bytes"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// Page is one of the pages of this package: Checkout, SecurityCode, AmountForm, PayoutCardForm, CardForm, PayoutForm, Result, Challenge, Notice or Rejection.
type Page interface {
	frame() Frame
	content(*words) content
}

// content is what a page puts into its frame.
type content struct {
	template string // key of templates
	title    string
	refresh  string // where a browser without JavaScript goes by itself, and when; empty for nowhere
	waits    bool   // a script asks until there is something else to show
	post     string // where a form of the page leads outside
	view     any    // what the template shows
}

// refresh is the text of a Refresh: in so many seconds to the address, or to the same page when it is empty.
func refresh(after time.Duration, address string) string {
	if address == "" {
		return wholeSeconds(after)
	}
	return wholeSeconds(after) + "; url=" + address
}

func wholeSeconds(duration time.Duration) string {
	return strconv.Itoa(max(0, int(duration/time.Second)))
}

// screen is what a template receives.
type screen struct {
	W        *words
	Kind     string // the template's key, for the style sheet
	Lang     Lang
	Title    string
	Merchant string
	Initial  string
	Test     bool
	Embedded bool
	Back     string
	Self     string // where a form is posted to
	Refresh  string
	Langs    []langLink
	View     any
}

//go:embed views
var views embed.FS

var templates = map[string]*template.Template{
	"pay":    parse("views/frame.html", "views/fields.html", "views/pay.html"),
	"code":   parse("views/frame.html", "views/fields.html", "views/code.html"),
	"form":   parse("views/frame.html", "views/fields.html", "views/form.html"),
	"result": parse("views/frame.html", "views/result.html"),
	"bank":   parse("views/bank.html"),
}

func parse(files ...string) *template.Template {
	root := template.New("").Funcs(template.FuncMap{"asset": assetPath})
	return template.Must(root.ParseFS(views, append(files, "views/parts.html")...))
}

// Render writes the page with the status and every security header. The page is drawn in memory first: either all of it is
// sent, or, should drawing fail, a bare 500.
func Render(w http.ResponseWriter, status int, page Page) {
	frame := page.frame()
	texts := frame.Lang.words()
	shown := page.content(texts)
	merchant := frame.merchantOr("")
	var body bytes.Buffer
	err := templates[shown.template].ExecuteTemplate(&body, "page", screen{
		W:        texts,
		Kind:     shown.template,
		Lang:     frame.Lang.known(),
		Title:    shown.title,
		Merchant: merchant,
		Initial:  initial(merchant),
		Test:     frame.Test,
		Embedded: frame.Embedded,
		Back:     webAddress(frame.BackLink),
		Self:     frame.self(),
		Refresh:  shown.refresh,
		Langs:    frame.langLinks(),
		View:     shown.view,
	})
	setHeaders(w.Header(), frame, shown)
	if err != nil {
		slog.Error("page not drawn", "template", shown.template, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a browser that has gone away is no error of ours
}
