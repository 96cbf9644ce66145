package e2e

import (
	"slices"
	"strings"
	"testing"
)

// TestTheSchemaIsMigratedWithoutAServer, as often as one likes and without the
// vault's key; and without Citus it is not distributed.
func TestTheSchemaIsMigratedWithoutAServer(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *site) {
		for range 2 {
			if said := s.tolem(t, "migrate"); said != "the schema is up to date\n" {
				t.Errorf("it says %q", said)
			}
		}
		if why := s.refused(t, slices.Concat([]string{"migrate", "--citus"}, s.flags)...); !strings.Contains(why, "CREATE EXTENSION citus") {
			t.Errorf("it is refused with %q", why)
		}
		s.start(t).stop(t)
	})
}
