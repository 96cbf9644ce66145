package vault_test

import (
	"bytes"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"tolem/internal/card"
)

func TestFingerprintTellsPurposesAndPartsApart(t *testing.T) {
	v := open(t, newKEK(t), &memoryRows{})
	type message struct {
		purpose string
		parts   []string
	}
	// An alphabet of two letters makes equal concatenations of different parts likely.
	word := rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 0, 3, -1)
	messages := rapid.Custom(func(t *rapid.T) message {
		return message{word.Draw(t, "purpose"), rapid.SliceOfN(word, 0, 3).Draw(t, "parts")}
	})
	fingerprint := func(m message) []byte {
		var parts [][]byte
		for _, part := range m.parts {
			parts = append(parts, []byte(part))
		}
		return v.Fingerprint(m.purpose, parts...)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := messages.Draw(t, "a"), messages.Draw(t, "b")
		same := a.purpose == b.purpose && len(a.parts) == len(b.parts)
		for i := 0; same && i < len(a.parts); i++ {
			same = a.parts[i] == b.parts[i]
		}
		if bytes.Equal(fingerprint(a), fingerprint(b)) != same {
			t.Fatalf("%q and %q: same = %v", a, b, !same)
		}
		if len(fingerprint(a)) != 32 {
			t.Fatal("not 32 bytes")
		}
	})
}

func TestFingerprintsOfInstallationsDiffer(t *testing.T) {
	kek := newKEK(t)
	one, two := open(t, kek, &memoryRows{}), open(t, kek, &memoryRows{})
	if bytes.Equal(one.Fingerprint("card", []byte("4")), two.Fingerprint("card", []byte("4"))) {
		t.Error("the fingerprint does not depend on the installation")
	}
}

func TestCardHHashIs32HexOfMerchantAndCard(t *testing.T) {
	kek, rows := newKEK(t), &memoryRows{}
	v := open(t, kek, rows)
	first, err := card.ParsePAN("4716047261941981")
	if err != nil {
		t.Fatal(err)
	}
	second, err := card.ParsePAN("4111111111111111")
	if err != nil {
		t.Fatal(err)
	}
	hash := v.CardHHash(700123, first)
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(hash) {
		t.Errorf("hash = %s", hash)
	}
	if hash == v.CardHHash(700124, first) || hash == v.CardHHash(700123, second) || hash == open(t, kek, &memoryRows{}).CardHHash(700123, first) {
		t.Error("the hash does not depend on the merchant, the card and the installation")
	}
	if hash != open(t, kek, rows).CardHHash(700123, first) {
		t.Error("the hash is not stable")
	}
}
