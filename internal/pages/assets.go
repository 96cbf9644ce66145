package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// AssetsPath is where Assets must be mounted.
const AssetsPath = "/assets/pages/"

//go:embed static
var static embed.FS

// asset is a static file under a name that changes with its content.
type asset struct {
	name string // pages.0123456789abcdef.css
	kind string
	body []byte
}

// assets by their plain name, pages.css.
var assets = loadAssets()

func loadAssets() map[string]asset {
	kinds := map[string]string{
		".css": mime.FormatMediaType("text/css", map[string]string{"charset": "utf-8"}),
		".js":  mime.FormatMediaType("text/javascript", map[string]string{"charset": "utf-8"}),
		".svg": "image/svg+xml",
	}
	found := map[string]asset{}
	files, err := fs.Glob(static, "static/*")
	if err != nil {
		panic(err) // the pattern is well formed
	}
	for _, file := range files {
		body, err := static.ReadFile(file)
		if err != nil {
			panic(err) // the file is compiled in
		}
		sum := sha256.Sum256(body)
		plain, extension := path.Base(file), path.Ext(file)
		found[plain] = asset{
			name: strings.TrimSuffix(plain, extension) + "." + hex.EncodeToString(sum[:8]) + extension,
			kind: kinds[extension],
			body: body,
		}
	}
	return found
}

// assetPath is the address of a static file in a page; a plain name that does not exist fails the template.
func assetPath(plain string) (string, error) {
	file, ok := assets[plain]
	if !ok {
		return "", fs.ErrNotExist
	}
	return AssetsPath + file.name, nil
}

// Assets serves the static files of the pages under AssetsPath. Names carry a hash of the content, so a browser may keep a
// file for ever; any other name is 404.
func Assets() http.Handler {
	served := map[string]asset{}
	for _, file := range assets {
		served[AssetsPath+file.name] = file
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, ok := served[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", file.kind)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(file.body) // a browser that has gone away is no error of ours
	})
}
