// Package bench offers load to a running platform and measures what comes back,
// as a merchant sees it: over HTTP, from another process, every answer verified.
package bench
