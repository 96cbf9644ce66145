package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
)

// Failure is why a call brought no answer. Every error of this package wraps one, apart from the caller's own cancellation. It may
// be shown to the merchant; the whole error may name addresses of the network here and is for the operator.
type Failure string

// The failures.
const (
	ErrForbiddenTarget Failure = "the address is not one that may be called"
	ErrUnresolved      Failure = "the host name does not resolve"
	ErrRefused         Failure = "the connection was refused"
	ErrTLS             Failure = "the TLS handshake or the certificate failed"
	ErrTimeout         Failure = "no answer in time"
	ErrBroken          Failure = "the connection broke or the answer was not HTTP"
)

func (f Failure) Error() string { return string(f) }

// classify gives an error of the transport its Failure.
func classify(err error) error {
	var failure Failure
	if errors.As(err, &failure) || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", failureOf(err), err)
}

func failureOf(err error) Failure {
	var (
		network     net.Error
		name        *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return ErrTimeout
	case errors.As(err, &name):
		return ErrUnresolved
	case errors.Is(err, syscall.ECONNREFUSED):
		return ErrRefused
	case errors.As(err, &certificate), errors.As(err, &record), errors.As(err, &alert), errors.Is(err, http.ErrSchemeMismatch):
		return ErrTLS
	default:
		return ErrBroken
	}
}
