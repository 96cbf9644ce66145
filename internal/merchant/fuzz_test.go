package merchant

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzSettings: a setting that is taken shows itself in a text that can be set again, survives its JSON, and changes nothing else.
func FuzzSettings(f *testing.F) {
	for _, s := range All {
		defaults := Defaults()
		f.Add(s.Name, s.Get(&defaults))
	}
	for name, value := range map[string]string{
		"frame_origins": "https://shop.example, http://a:1", "allowed_addresses": "10.0.0.0/8,::1,1.2.3.4/33", "payout.fee_percent": "100.01",
		"tokens.post_link": "http://%zz", "requests_burst": "2147483648", "purchase.browser_entry_fields": "a, b,,pg_c", "purchase.recurring_months": "+7", "no": "such",
	} {
		f.Add(name, value)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		s := Defaults()
		if err := s.Set(name, value); err != nil {
			return
		}
		for _, setting := range All {
			defaults := Defaults()
			if setting.Name != name && setting.Get(&s) != setting.Get(&defaults) {
				t.Errorf("%s=%q changes %s", name, value, setting.Name)
			}
			again := s
			if err := again.Set(setting.Name, setting.Get(&s)); err != nil || setting.Get(&again) != setting.Get(&s) {
				t.Errorf("%s shows %q, which is read as %q, %v", setting.Name, setting.Get(&s), setting.Get(&again), err)
			}
		}
		text, err := json.Marshal(s)
		var back Settings
		if err != nil || json.Unmarshal(text, &back) != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if twice, _ := json.Marshal(back); string(twice) != string(text) || !reflect.DeepEqual(back.PayoutTariff, s.PayoutTariff) {
			t.Errorf("%s becomes %s", text, twice)
		}
	})
}
