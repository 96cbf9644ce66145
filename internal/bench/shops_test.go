package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShopsAreKeptWhereOnlyTheirOwnerReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shops.json")
	if err := os.WriteFile(path, []byte("older"), 0o644); err != nil {
		t.Fatal(err)
	}
	want := []Shop{{1, "a", "b", "user", "token"}, {2, "c", "d", "user", "other"}}
	if err := WriteShops(path, want); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
	got, err := ReadShops(path)
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
}

func TestAFileWithoutShopsIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shops.json")
	for _, text := range []string{"", "[]", "null", "{}"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadShops(path); err == nil {
			t.Errorf("%q has shops", text)
		}
	}
}
