package vault_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tolem/internal/vault"
)

func TestParseKEKRefuses(t *testing.T) {
	for _, text := range []string{
		"", "key", "AAAA",
		base64.StdEncoding.EncodeToString(make([]byte, 31)),
		base64.StdEncoding.EncodeToString(make([]byte, 33)),
		base64.RawStdEncoding.EncodeToString(make([]byte, 32)),
		strings.Repeat("00", 32),
	} {
		if _, err := vault.ParseKEK(text); err == nil {
			t.Errorf("%q is taken for a key", text)
		}
	}
}

func TestKEKIDNamesTheKey(t *testing.T) {
	text := newKEKText()
	if a, b := parseKEK(t, text), parseKEK(t, " "+text+"\n"); a.ID() != b.ID() || len(a.ID()) != 16 {
		t.Errorf("ids %q and %q", a.ID(), b.ID())
	}
	if parseKEK(t, text).ID() == newKEK(t).ID() {
		t.Error("two keys have one id")
	}
}

func TestCreatedKeyFileReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tolem.key")
	created, err := vault.CreateKEKFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := vault.ReadKEKFile(path)
	if err != nil || read.ID() != created.ID() {
		t.Fatalf("reads as %v, %v; created %v", read, err, created)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode = %v, %v", info.Mode(), err)
	}
	if _, err := vault.CreateKEKFile(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second key file: %v", err)
	}
	if again, err := vault.ReadKEKFile(path); err != nil || again.ID() != created.ID() {
		t.Error("the key was overwritten")
	}
}

func TestKeyFileOpenToOthersIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tolem.key")
	if _, err := vault.CreateKEKFile(path); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]bool{
		0o600: true, 0o400: true, 0o700: true,
		0o640: false, 0o620: false, 0o610: false, 0o604: false, 0o602: false, 0o601: false, 0o644: false, 0o777: false,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := vault.ReadKEKFile(path)
		if (err == nil) != want {
			t.Errorf("mode %04o: %v", mode, err)
		}
		if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("%04o", mode)) {
			t.Errorf("mode %04o is not named: %v", mode, err)
		}
	}
}

func TestKeyFileThatIsNoneIsRefused(t *testing.T) {
	directory := t.TempDir()
	if _, err := vault.ReadKEKFile(directory); err == nil {
		t.Error("a directory is a key file")
	}
	if _, err := vault.ReadKEKFile(filepath.Join(directory, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	path := filepath.Join(directory, "password")
	if err := os.WriteFile(path, []byte("hunter2hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.ReadKEKFile(path); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a file without a key: %v", err)
	}
}

func TestNothingPrintsAKeyOrAPlaintext(t *testing.T) {
	text := newKEKText()
	key, _ := base64.StdEncoding.DecodeString(text)
	kek, rows := parseKEK(t, text), &memoryRows{}
	v := open(t, kek, rows)
	const plaintext = "plain 4716047261941981"
	ciphertext := seal(t, v, plaintext)

	var errs []any
	for _, associated := range []string{"row 2", ""} {
		_, err := v.Open(vault.Card, ciphertext, []byte(associated))
		errs = append(errs, err)
	}
	_, err := v.Seal("cards", []byte(plaintext), nil)
	errs = append(errs, err)
	_, err = vault.Open(t.Context(), newKEK(t), rows)
	errs = append(errs, err)
	_, err = vault.ParseKEK(text + "=")
	errs = append(errs, err)

	var log strings.Builder
	for _, value := range append(errs, kek, &kek, v, struct{ kek vault.KEK }{kek}, []vault.KEK{kek}) {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&log, format, value)
		}
		slog.New(slog.NewTextHandler(&log, nil)).Info("vault", "value", value)
		encoded, err := json.Marshal(value)
		fmt.Fprint(&log, string(encoded), err)
	}
	printed := strings.ToLower(log.String())
	for _, secret := range []string{
		text, hex.EncodeToString(key), strings.Trim(fmt.Sprint(key), "[]"), string(key),
		plaintext, hex.EncodeToString([]byte(plaintext)), "4716047261941981",
	} {
		if strings.Contains(printed, strings.ToLower(secret)) {
			t.Error("a key or a plaintext is printed")
		}
	}
	if !strings.Contains(fmt.Sprintf("%d", kek), kek.ID()) {
		t.Error("a key does not print as its id")
	}
}
