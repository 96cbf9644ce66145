// Package codes holds the error codes of the pg_* family and what they say to people, in Russian, Kazakh and English. The code spaces
// of the JSON APIs (cards, partners, transfers) are their own (R32) and never live here.
package codes
