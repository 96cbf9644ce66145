package vault_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tolem/internal/vault"
)

func rotateData(t testing.TB, v *vault.Vault) {
	t.Helper()
	if err := v.RotateData(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestRotateDataKeepsTheOldReadableAndStale(t *testing.T) {
	kek, rows := newKEK(t), &memoryRows{}
	v := open(t, kek, rows)
	var sealed [][]byte
	for range 3 {
		sealed = append(sealed, seal(t, v, "card"))
		if v.Stale(vault.Card, sealed[len(sealed)-1]) {
			t.Error("a fresh ciphertext is stale")
		}
		rotateData(t, v)
	}
	for _, v := range []*vault.Vault{v, open(t, kek, rows)} {
		for _, ciphertext := range sealed {
			checkOpens(t, v, ciphertext, "card")
			if !v.Stale(vault.Card, ciphertext) {
				t.Error("a ciphertext under an old key is not stale")
			}
		}
	}
}

func TestOtherProcessReadsKeysetsAgainOnceAfterARotation(t *testing.T) {
	kek, rows := newKEK(t), &memoryRows{}
	rotating, other := open(t, kek, rows), open(t, kek, rows)
	old := seal(t, other, "old")
	rotateData(t, rotating)
	fresh := seal(t, rotating, "fresh")
	before := rows.loads

	checkOpens(t, other, old, "old")
	if rows.loads != before {
		t.Error("a known key made it read the keysets")
	}
	if other.Stale(vault.Card, fresh) {
		t.Error("a newer key counts as stale")
	}
	checkOpens(t, other, fresh, "fresh")
	checkOpens(t, other, fresh, "fresh")
	if rows.loads != before+1 {
		t.Errorf("the keysets were read %d times", rows.loads-before)
	}
	if !other.Stale(vault.Card, old) {
		t.Error("the rotation did not arrive")
	}
}

func TestUnknownKeyIsLookedUpOnce(t *testing.T) {
	rows := &memoryRows{}
	v := open(t, newKEK(t), rows)
	foreign := seal(t, open(t, newKEK(t), &memoryRows{}), "card")
	before := rows.loads
	if _, err := v.Open(vault.Card, foreign, []byte("row 1")); !errors.Is(err, vault.ErrUnreadable) {
		t.Errorf("error = %v", err)
	}
	if rows.loads != before+1 {
		t.Errorf("the keysets were read %d times", rows.loads-before)
	}
	if v.Stale(vault.Card, foreign) || v.Stale(vault.Card, nil) {
		t.Error("what is no ciphertext of ours is stale")
	}
}

func TestTwoRotationsAtOnceLoseNoKey(t *testing.T) {
	kek, rows := newKEK(t), &memoryRows{}
	slow, quick := open(t, kek, rows), open(t, kek, rows)
	var fresh []byte
	rows.afterLoad = func() {
		rotateData(t, quick)
		fresh = seal(t, quick, "fresh")
	}
	if err := slow.RotateData(t.Context()); !errors.Is(err, vault.ErrMoved) {
		t.Fatalf("error = %v", err)
	}
	checkOpens(t, slow, fresh, "fresh")
	rotateData(t, slow)
	checkOpens(t, open(t, kek, rows), fresh, "fresh")
}

func TestVanishedKeysetIsNoticed(t *testing.T) {
	for _, name := range []string{"card", "secret", "fingerprint"} {
		kek, rows := newKEK(t), &memoryRows{}
		v, other := open(t, kek, rows), open(t, kek, rows)
		rotateData(t, other)
		fresh, fingerprint := seal(t, other, "fresh"), v.Fingerprint("card", []byte("4"))
		delete(rows.rows, name)
		if err := v.RotateData(t.Context()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without keyset %s: %v", name, err)
		}
		if _, err := v.Open(vault.Card, fresh, []byte("row 1")); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without keyset %s: %v", name, err)
		}
		if !slices.Equal(fingerprint, v.Fingerprint("card", []byte("4"))) {
			t.Errorf("without keyset %s the fingerprints changed", name)
		}
	}
}

func TestRotateKEKRewrapsEveryKeyset(t *testing.T) {
	old, next, rows := newKEK(t), newKEK(t), &memoryRows{}
	v := open(t, old, rows)
	ciphertext, fingerprint := seal(t, v, "card"), v.Fingerprint("card", []byte("4"))
	before := rows.rows["card"]
	if err := v.RotateKEK(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows.rows {
		if row.KEKID != next.ID() || row.Version != 2 {
			t.Errorf("keyset %s: key %s, version %d", row.Family, row.KEKID, row.Version)
		}
	}
	if slices.Equal(before.Wrapped, rows.rows["card"].Wrapped) {
		t.Error("the keyset is wrapped as before")
	}
	rotateData(t, v)
	for _, v := range []*vault.Vault{v, open(t, next, rows)} {
		checkOpens(t, v, ciphertext, "card")
		if !slices.Equal(fingerprint, v.Fingerprint("card", []byte("4"))) {
			t.Error("the fingerprint changed with a rotation")
		}
	}
	if _, err := vault.Open(t.Context(), old, rows); err == nil {
		t.Error("the old key still opens the keysets")
	}
}

func TestProcessWithTheOldKEKIsToldBothKeys(t *testing.T) {
	old, next, rows := newKEK(t), newKEK(t), &memoryRows{}
	rotating, other := open(t, old, rows), open(t, old, rows)
	known := seal(t, other, "known")
	if err := rotating.RotateKEK(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	checkOpens(t, other, known, "known")
	rotateData(t, rotating)
	_, err := other.Open(vault.Card, seal(t, rotating, "fresh"), []byte("row 1"))
	if err == nil || !strings.Contains(err.Error(), old.ID()) || !strings.Contains(err.Error(), next.ID()) {
		t.Errorf("error = %v", err)
	}
	checkOpens(t, other, known, "known")
}
