package pages

import (
	"bytes"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"time"
)

// Page is one of the pages of this package: PayoutCardForm, CardForm, PayoutForm, Result, Challenge or Notice.
type Page interface {
	frame() Frame
	content(*words) content
}

// content is what a page puts into its frame.
type content struct {
	template string // key of templates
	title    string
	refresh  time.Duration // the page asks for itself again after it; zero for never
	view     any           // what the template shows
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
	Langs    []langLink
	View     any
}

//go:embed views
var views embed.FS

var templates = map[string]*template.Template{
	"form":   parse("views/frame.html", "views/form.html"),
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
		Self:     inLanguage(frame.Self, frame.Lang.known()),
		Langs:    frame.langLinks(),
		View:     shown.view,
	})
	setHeaders(w.Header(), frame, shown.refresh)
	if err != nil {
		slog.Error("page not drawn", "template", shown.template, "error", err)
		w.Header().Del("Refresh")
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a browser that has gone away is no error of ours
}
