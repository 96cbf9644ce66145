// Package browser holds tests only: people at the hosted pages, in a real
// Chromium, against a running server and a shop that listens. What a page looks
// like is decided in internal/pages, never here.
package browser
