package vault

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ReadKEKFile reads a key from a regular file that holds its base64 text. A file that its group or others may read, write or execute
// is refused, and so is one that holds anything else.
func ReadKEKFile(path string) (KEK, error) {
	file, err := os.Open(path)
	if err != nil {
		return KEK{}, fmt.Errorf("vault: key file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return KEK{}, fmt.Errorf("vault: key file: %w", err)
	case !info.Mode().IsRegular():
		return KEK{}, fmt.Errorf("vault: key file %s is not a regular file", path)
	case info.Mode().Perm()&0o077 != 0:
		return KEK{}, fmt.Errorf("vault: key file %s is open to others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(file, 1024))
	if err != nil {
		return KEK{}, fmt.Errorf("vault: key file: %w", err)
	}
	kek, err := ParseKEK(string(text))
	if err != nil {
		return KEK{}, fmt.Errorf("%w, and %s holds something else", err, path)
	}
	return kek, nil
}

// CreateKEKFile makes a random key and a new file for it, mode 0600, and returns when both are on the disk. It never overwrites: an
// existing file is os.ErrExist.
func CreateKEKFile(path string) (KEK, error) {
	key := make([]byte, kekSize)
	rand.Read(key)
	text := base64.StdEncoding.EncodeToString(key)
	kek, err := ParseKEK(text)
	if err != nil {
		return KEK{}, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return KEK{}, fmt.Errorf("vault: key file: %w", err)
	}
	if err := writeDurably(file, text+"\n"); err != nil {
		os.Remove(path)
		return KEK{}, fmt.Errorf("vault: key file: %w", err)
	}
	return kek, nil
}

// writeDurably writes and closes a new file and makes its name survive a crash too.
func writeDurably(file *os.File, text string) error {
	_, err := file.WriteString(text)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	directory, err := os.Open(filepath.Dir(file.Name()))
	if err != nil {
		return err
	}
	defer directory.Close()
	return directory.Sync()
}
