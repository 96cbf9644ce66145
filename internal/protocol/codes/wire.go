package codes

import "strconv"

// MarshalText writes the code as messages carry it: an integer text (R28).
func (c Code) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(c), 10), nil }
