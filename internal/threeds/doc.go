// Package threeds is 3-D Secure: the challenge a card holder has to pass, and
// the rules of the simulated issuer that sets it. Our own record of the outcome
// decides, never what a browser brings back (R26). Pages live elsewhere.
package threeds
