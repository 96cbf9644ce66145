// Package api serves the pg_* protocol over HTTP. An endpoint is declared once;
// routing, decoding, signatures, validation and the signed answer all follow
// from its declaration. What an endpoint does is a few lines in the packages
// below, one for each API family; rules of payments never live here.
package api
