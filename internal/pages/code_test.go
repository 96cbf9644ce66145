package pages

import (
	"encoding/xml"
	"testing"
)

// SDKs read the page as XML and look for html/body/form (spec 02, A.5).
func TestTheFormOfASecurityCodeIsInTheBodyItself(t *testing.T) {
	for _, name := range []string{"code", "code-live"} {
		var body struct {
			Body struct {
				Form []struct {
					Action string `xml:"action,attr"`
				} `xml:"form"`
			} `xml:"body"`
		}
		if err := xml.Unmarshal([]byte(text(t, drawn(samples(Russian)[name]))), &body); err != nil {
			t.Fatal(err)
		}
		if len(body.Body.Form) != 1 || body.Body.Form[0].Action == "" {
			t.Errorf("%s: forms in the body: %+v", name, body.Body.Form)
		}
	}
}
