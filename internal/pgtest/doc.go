// Package pgtest runs a real PostgreSQL for tests, in a directory of its own, reached by a Unix socket only, and lets nothing of it
// outlive the test process. Schemas and queries never live here, and no program imports it.
package pgtest
