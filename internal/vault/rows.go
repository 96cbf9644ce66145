package vault

import (
	"context"
	"errors"
)

// Row is one stored keyset.
type Row struct {
	Family  string // its key in the table
	KEKID   string // ID of the KEK that wraps it
	Wrapped []byte // the keyset, encrypted by the KEK with Family as associated data
	Version int64  // 1 when made, one more with every change
}

// Rows is where keysets are stored.
type Rows interface {
	// LoadKeysets returns all rows, of one moment, in any order.
	LoadKeysets(ctx context.Context) ([]Row, error)

	// SaveKeysets writes the rows new in one transaction, each in the place of the row of old of the same family. A family that is
	// in new only is inserted. When a row of old is not stored with that Version, or a row to insert is there already, nothing is
	// written and the error is ErrMoved.
	SaveKeysets(ctx context.Context, old, new []Row) error
}

// ErrMoved says that another process changed the keysets at the same time and that this change was not made.
var ErrMoved = errors.New("vault: the keysets were changed by another process")
