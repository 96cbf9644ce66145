package merchantapi_test

import (
	"path/filepath"
	"strings"
	"testing"

	"tolem/internal/platform"
)

// Every file below testdata is played on both stores, on a platform of its own.
func TestEveryEndpointAnswersAsTheContractSays(t *testing.T) {
	for directory, config := range map[string]platform.Config{"endpoints": {}, "production": production()} {
		files, err := filepath.Glob(filepath.Join("testdata", directory, "*.txt"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%d fixture files in %s, error %v", len(files), directory, err)
		}
		for store, database := range stores {
			for _, file := range files {
				t.Run(store+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
					t.Parallel()
					config := config
					config.Database = database(t)
					playAll(t, open(t, config), readScenes(t, file))
				})
			}
		}
	}
}

func playAll(t *testing.T, h *house, scenes []scene) {
	s := newStage(h)
	for _, scene := range scenes {
		t.Run(scene.title, func(t *testing.T) { s.play(t, scene) })
	}
	h.t = t
	h.verify()
}
