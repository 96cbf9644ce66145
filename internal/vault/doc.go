// Package vault encrypts what must not be readable in a copied database: card numbers and secrets. One Tink keyset a record family
// does the work; the keysets are stored, wrapped by a key-encryption key that is not.
//
// The records themselves, their tables and the meaning of what is sealed never live here.
package vault
