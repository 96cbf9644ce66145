package traces

import (
	"log/slog"
	"testing"
)

func TestACollectorIsNamedByAURL(t *testing.T) {
	for _, endpoint := range []string{"", "collector:4318", "grpc://collector:4317", "http://", "://"} {
		if _, err := New(t.Context(), Options{Endpoint: endpoint, Log: slog.New(slog.DiscardHandler)}); err == nil {
			t.Errorf("%q was taken", endpoint)
		}
	}
}
