package api

import (
	"net/http"
	"strings"
)

// Collapse reads runs of "/" in a path as one, as the official PHP SDK needs (R57),
// and refuses paths with dot segments.
func Collapse(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		for strings.Contains(path, "//") {
			path = strings.ReplaceAll(path, "//", "/")
		}
		if strings.Contains(path+"/", "/./") || strings.Contains(path+"/", "/../") {
			http.NotFound(w, r)
			return
		}
		if path != r.URL.Path {
			clean := *r
			url := *r.URL
			url.Path, url.RawPath = path, ""
			clean.URL = &url
			r = &clean
		}
		next.ServeHTTP(w, r)
	})
}
