// Package e2e tests the program as its operators and integrators meet it: built
// binaries run as processes of their own, on SQLite and on PostgreSQL, spoken to
// over HTTP and the command line, stopped and killed. The pages in a browser are
// tested in package browser below; rules that one package can prove by itself are
// tested there.
package e2e
