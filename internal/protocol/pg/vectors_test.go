package pg

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
)

type vector struct {
	Name, Source, Section, Kind string
	Script, Order, Empties      string
	Fields                      [][2]string
	XML                         string
	StringToSign                string `json:"string_to_sign"`
	Secret, Expected            string
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Vectors
}

// message reads the vector as a server does, its fields as an urlencoded body.
func (v vector) message(t *testing.T) Message {
	t.Helper()
	if v.XML != "" {
		m, err := ParseXML([]byte(v.XML))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var pairs []string
	for _, field := range v.Fields {
		pairs = append(pairs, url.QueryEscape(field[0])+"="+url.QueryEscape(field[1]))
	}
	r := httptest.NewRequest("POST", "/"+v.Script, strings.NewReader(strings.Join(pairs, "&")))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	m, err := Decode(r)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (v vector) stringToSign(m Message) string {
	if v.Order == "N" && v.Empties == "kept" {
		return StringToSign(v.Script, m, v.Secret)
	}
	values := map[string]order{"N": natural, "D": documented, "L": literal}[v.Order](m)
	if v.Empties == "dropped" {
		values = dropEmpty(values)
	}
	return string(joined(v.Script, values, v.Secret))
}

func TestEverySignatureVectorHolds(t *testing.T) {
	vectors := readVectors(t)
	if len(vectors) != 135 {
		t.Errorf("%d vectors, want 135", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Section+" "+v.Name, func(t *testing.T) {
			m := v.message(t)
			text := v.stringToSign(m)
			if text != v.StringToSign {
				t.Errorf("string to sign\n got %s\nwant %s", text, v.StringToSign)
			}
			if sum := md5.Sum([]byte(text)); hex.EncodeToString(sum[:]) != v.Expected {
				t.Errorf("signature %x, want %s", sum, v.Expected)
			}
			if sig := Sign(v.Script, m, v.Secret); v.Order == "N" && v.Empties == "kept" && sig != v.Expected {
				t.Errorf("Sign gives %s, want %s", sig, v.Expected)
			}
			signed := m.Without(sigField).With(sigField, v.Expected)
			if got, want := Verify(v.Script, signed, v.Secret), m.Has(saltField); got != want {
				t.Errorf("Verify gives %v, want %v (pg_salt given: %v)", got, want, want)
			}
			if v.XML != "" && !Verify(v.Script, m, v.Secret) {
				t.Error("Verify refuses the message as it is printed")
			}
		})
	}
}

// The relabelled form of S1 fits the same signature; what refuses it is the list of the fields that an endpoint knows.
func TestARelabelledFormIsFoundAmongTheExtras(t *testing.T) {
	type entry struct {
		Amount      string `pg:"pg_amount,required"`
		Clearing    bool   `pg:"pg_auto_clearing"`
		Description string `pg:"pg_description,required"`
		Merchant    string `pg:"pg_merchant_id,required"`
		Order       string `pg:"pg_order_id"`
	}
	var seen int
	for _, v := range readVectors(t) {
		if v.Section != "J S1" {
			continue
		}
		seen++
		m := v.message(t).With(sigField, v.Expected)
		if !Verify(v.Script, m, v.Secret) {
			t.Errorf("%s: the signature does not fit", v.Name)
		}
		extras := Extras(m, entry{})
		if relabelled := strings.Contains(v.Name, "relabelled"); relabelled != extras.Has("a") || relabelled != (len(extras) > 0) {
			t.Errorf("%s: extras %v", v.Name, extras)
		}
	}
	if seen != 2 {
		t.Errorf("%d vectors of S1, want 2", seen)
	}
}
