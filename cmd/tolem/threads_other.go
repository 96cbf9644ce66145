//go:build !linux

package main

// setThreads is for Linux.
func setThreads() error { return nil }
