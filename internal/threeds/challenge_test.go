package threeds

import (
	"testing"
	"time"

	"tolem/internal/protocol/codes"
)

func TestAChallengeEndsAsTheIssuerSays(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		codes   []string
		cancel  bool
		after   time.Duration
		state   State
		failure codes.Code
	}{
		"right code":               {codes: []string{"111111"}, state: Passed},
		"wrong, then right":        {codes: []string{"123456", "", "111111"}, state: Passed},
		"two wrong ones":           {codes: []string{"123456", "654321"}, state: Open},
		"three wrong ones":         {codes: []string{"1", "2", "3"}, state: Refused, failure: codes.ThreeDSCodeWrong},
		"right code after three":   {codes: []string{"1", "2", "3", "111111"}, state: Refused, failure: codes.ThreeDSCodeWrong},
		"the code that refuses":    {codes: []string{"000000"}, state: Refused, failure: codes.ThreeDSCodeWrong},
		"cancel":                   {codes: []string{""}, cancel: true, state: Refused, failure: codes.ThreeDSCodeWrong},
		"cancel with a right code": {codes: []string{"111111"}, cancel: true, state: Refused, failure: codes.ThreeDSCodeWrong},
		"too late":                 {codes: []string{"111111"}, after: Life, state: Expired, failure: codes.ThreeDSCodeNotEntered},
		"just in time":             {codes: []string{"111111"}, after: Life - time.Second, state: Passed},
	} {
		t.Run(name, func(t *testing.T) {
			challenge := Challenge{State: Open, ExpiresAt: now.Add(Life)}
			for _, code := range c.codes {
				challenge = challenge.answered(code, c.cancel, now.Add(c.after))
			}
			if challenge.State != c.state || challenge.Failure() != c.failure {
				t.Errorf("%s, code %d; want %s, code %d", challenge.State, challenge.Failure(), c.state, c.failure)
			}
		})
	}
}
