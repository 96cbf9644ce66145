package vault_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"tolem/internal/vault"
)

func TestWhatIsSealedOpensForTheSameFamilyAndRecordOnly(t *testing.T) {
	v := open(t, newKEK(t), &memoryRows{})
	rapid.Check(t, func(t *rapid.T) {
		plaintext := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "plaintext")
		record := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "record")
		other := rapid.SliceOfN(rapid.Byte(), 0, 20).Filter(func(b []byte) bool { return !bytes.Equal(b, record) }).Draw(t, "other")
		ciphertext, err := v.Seal(vault.Card, plaintext, record)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Open(vault.Card, ciphertext, record); err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("opens as other bytes, %v", err)
		}
		if _, err := v.Open(vault.Card, ciphertext, other); !errors.Is(err, vault.ErrUnreadable) {
			t.Fatalf("opens for another record: %v", err)
		}
		if _, err := v.Open(vault.Secret, ciphertext, record); !errors.Is(err, vault.ErrUnreadable) {
			t.Fatalf("opens for another family: %v", err)
		}
	})
}

func TestEveryChangedOrCutCiphertextIsUnreadable(t *testing.T) {
	v := open(t, newKEK(t), &memoryRows{})
	ciphertext := seal(t, v, "card")
	for i := range ciphertext {
		changed := slices.Clone(ciphertext)
		changed[i] ^= 0x10
		for _, damaged := range [][]byte{changed, ciphertext[:i]} {
			if _, err := v.Open(vault.Card, damaged, []byte("row 1")); !errors.Is(err, vault.ErrUnreadable) {
				t.Errorf("byte %d: %v", i, err)
			}
		}
	}
}

func TestSealingTwiceGivesDifferentCiphertexts(t *testing.T) {
	v := open(t, newKEK(t), &memoryRows{})
	if bytes.Equal(seal(t, v, "card"), seal(t, v, "card")) {
		t.Error("equal plaintexts are recognisable")
	}
}

func TestUnknownFamilyIsAnError(t *testing.T) {
	v := open(t, newKEK(t), &memoryRows{})
	if _, err := v.Seal("fingerprint", nil, nil); err == nil {
		t.Error("seals under the fingerprint key")
	}
	if _, err := v.Open("cards", seal(t, v, "card"), nil); err == nil {
		t.Error("opens a family that does not exist")
	}
}

func TestOpenFindsTheKeysetsOfTheFirstStart(t *testing.T) {
	kek, rows := newKEK(t), &memoryRows{}
	ciphertext := seal(t, open(t, kek, rows), "card")
	checkOpens(t, open(t, kek, rows), ciphertext, "card")
	for _, row := range rows.rows {
		if row.Version != 1 || row.KEKID != kek.ID() {
			t.Errorf("keyset %s: version %d, key %s", row.Family, row.Version, row.KEKID)
		}
	}
}

func TestProcessesThatStartTogetherAgreeOnTheKeysets(t *testing.T) {
	kek, rows := newKEK(t), &memoryRows{}
	vaults := make([]*vault.Vault, 8)
	var starting sync.WaitGroup
	for i := range vaults {
		starting.Go(func() { vaults[i], _ = vault.Open(t.Context(), kek, rows) })
	}
	starting.Wait()
	for _, v := range vaults {
		if v == nil {
			t.Fatal("a process did not start")
		}
		checkOpens(t, vaults[0], seal(t, v, "card"), "card")
	}
}

func TestStartMakesAKeysetThatANewFamilyNeeds(t *testing.T) {
	kek, rows := newKEK(t), &memoryRows{}
	ciphertext := seal(t, open(t, kek, rows), "card")
	delete(rows.rows, "secret")
	v := open(t, kek, rows)
	checkOpens(t, v, ciphertext, "card")
	if _, err := v.Seal(vault.Secret, []byte("secret"), nil); err != nil {
		t.Error(err)
	}
}

func TestWrongKEKIsNamedAndChangesNothing(t *testing.T) {
	right, wrong, rows := newKEK(t), newKEK(t), &memoryRows{}
	open(t, right, rows)
	delete(rows.rows, "secret")
	_, err := vault.Open(t.Context(), wrong, rows)
	if err == nil || !strings.Contains(err.Error(), right.ID()) || !strings.Contains(err.Error(), wrong.ID()) {
		t.Errorf("error = %v", err)
	}
	if len(rows.rows) != 2 {
		t.Error("keysets were stored under a wrong key")
	}
	if _, err := vault.Open(t.Context(), vault.KEK{}, &memoryRows{}); err == nil {
		t.Error("starts without a key")
	}
}

func TestExchangedOrAlteredRowsAreRefused(t *testing.T) {
	kek := newKEK(t)
	for name, alter := range map[string]func(card, secret *vault.Row){
		"exchanged": func(card, secret *vault.Row) { card.Wrapped, secret.Wrapped = secret.Wrapped, card.Wrapped },
		"cut":       func(card, _ *vault.Row) { card.Wrapped = card.Wrapped[:20] },
		"emptied":   func(card, _ *vault.Row) { card.Wrapped = nil },
	} {
		rows := &memoryRows{}
		open(t, kek, rows)
		card, secret := rows.rows["card"], rows.rows["secret"]
		alter(&card, &secret)
		rows.rows["card"], rows.rows["secret"] = card, secret
		if _, err := vault.Open(t.Context(), kek, rows); err == nil {
			t.Errorf("%s rows open", name)
		}
	}
}
