// Package e2e tests the program as its operators and integrators meet it: built
// binaries run as processes of their own, on SQLite and on PostgreSQL, spoken to
// over HTTP and the command line, stopped and killed. The pages in a browser are
// tested in package browser below; rules that one package can prove by itself are
// tested there.
//
// Tests with faults run in a short form with the others. Their long forms, of which
// each takes an hour or two at most, and prints what was measured:
//
//	go test ./e2e -run AKilledServer -kills 1000 -timeout 0 -v
//	go test ./e2e -run AKilledPostgreSQL -dbkills 200 -timeout 0 -v
//	go test ./e2e -run 'ALostCommit|ARestartOf|AFullDisk|ALeapingClock' -faults 50 -timeout 0 -v
//	go test ./e2e -run TwoServersAre -nodekills 50 -timeout 0 -v
package e2e
