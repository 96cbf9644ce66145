package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Measurement is a report with its place in a set of them: a line of JSON in a
// file. What says which of the loads of scripts/bench it was, Round in which of
// its rounds.
type Measurement struct {
	What   string `json:"what"`
	Round  int    `json:"round"`
	Report Report `json:"report"`
}

// Append adds the measurement to a file.
func (m Measurement) Append(path string) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// ReadMeasurements reads one from each line.
func ReadMeasurements(from io.Reader) ([]Measurement, error) {
	var all []Measurement
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var m Measurement
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, m)
	}
	return all, lines.Err()
}
