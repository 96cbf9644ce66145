// Package bench offers load to a running platform and measures what comes back,
// as merchants see it: over HTTP, from another process, every answer and every
// callback verified. Sets of measurements become a table of ratios or a picture.
// It knows nothing of the inside of a server; package stage, which makes the
// merchants and the history that a benchmark needs, does.
package bench
