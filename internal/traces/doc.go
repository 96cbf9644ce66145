// Package traces sends spans to an OpenTelemetry collector: of calls, of their wait
// for a commit, of commits, effects, bank calls and deliveries. Spans hold numbers,
// kinds and durations; never a card, a secret, an address or a field of a message.
package traces
