// Package pg is the pg_sig wire protocol: messages of named values, the encodings they travel in, their MD5 signature, and their binding to
// structs. It knows nothing of merchants, payments or endpoints, and never logs: messages and strings to sign hold card data and secrets (S6).
package pg
