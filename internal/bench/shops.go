package bench

import (
	"encoding/json"
	"fmt"
	"os"

	"tolem/internal/shop"
)

// Shop is a merchant that the benchmark acts as, and the saved card of one of
// its users that it pays out to.
type Shop struct {
	Merchant int64  `json:"merchant"`
	Purchase string `json:"purchase_secret"`
	Payout   string `json:"payout_secret"`
	User     string `json:"user"`
	Token    string `json:"card_token"`
}

func (s Shop) client(base string) shop.Client {
	return shop.Client{Base: base, Merchant: s.Merchant, Purchase: s.Purchase, Payout: s.Payout}
}

// ReadShops reads a file that WriteShops wrote.
func ReadShops(path string) ([]Shop, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var shops []Shop
	if err := json.Unmarshal(text, &shops); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(shops) == 0 {
		return nil, fmt.Errorf("%s: no shops", path)
	}
	return shops, nil
}

// WriteShops writes shops to a file that only its owner may read: it holds their
// secrets. It takes the place of one that was there.
func WriteShops(path string, shops []Shop) error {
	text, err := json.MarshalIndent(shops, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
