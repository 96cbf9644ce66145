package vault_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"sync"
	"testing"

	"tolem/internal/vault"
)

// memoryRows stores keysets in memory.
type memoryRows struct {
	mu        sync.Mutex
	rows      map[string]vault.Row
	loads     int
	afterLoad func() // runs once, between a load and what its caller does next
}

func (m *memoryRows) LoadKeysets(context.Context) ([]vault.Row, error) {
	m.mu.Lock()
	m.loads++
	var rows []vault.Row
	for _, row := range m.rows {
		row.Wrapped = slices.Clone(row.Wrapped)
		rows = append(rows, row)
	}
	hook := m.afterLoad
	m.afterLoad = nil
	m.mu.Unlock()
	if hook != nil {
		hook()
	}
	return rows, nil
}

func (m *memoryRows) SaveKeysets(_ context.Context, old, new []vault.Row) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	replaced := map[string]int64{}
	for _, row := range old {
		replaced[row.Family] = row.Version
	}
	for _, row := range new {
		if m.rows[row.Family].Version != replaced[row.Family] {
			return vault.ErrMoved
		}
	}
	for _, row := range new {
		if m.rows == nil {
			m.rows = map[string]vault.Row{}
		}
		m.rows[row.Family] = row
	}
	return nil
}

func newKEKText() string {
	key := make([]byte, 32)
	rand.Read(key)
	return base64.StdEncoding.EncodeToString(key)
}

func parseKEK(t testing.TB, text string) vault.KEK {
	t.Helper()
	kek, err := vault.ParseKEK(text)
	if err != nil {
		t.Fatal(err)
	}
	return kek
}

func newKEK(t testing.TB) vault.KEK { return parseKEK(t, newKEKText()) }

func open(t testing.TB, kek vault.KEK, rows vault.Rows) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), kek, rows)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seal(t testing.TB, v *vault.Vault, plaintext string) []byte {
	t.Helper()
	ciphertext, err := v.Seal(vault.Card, []byte(plaintext), []byte("row 1"))
	if err != nil {
		t.Fatal(err)
	}
	return ciphertext
}

func checkOpens(t testing.TB, v *vault.Vault, ciphertext []byte, want string) {
	t.Helper()
	if got, err := v.Open(vault.Card, ciphertext, []byte("row 1")); err != nil || string(got) != want {
		t.Errorf("opened %d bytes, %v; want %d bytes", len(got), err, len(want))
	}
}
