// Package pages draws what a payer or the recipient of a payout sees in the browser: the checkout, card forms, the hosted payout
// page, outcomes, notices and the simulated bank's 3-D Secure page, in Russian, Kazakh and English. It turns plain data into HTML,
// serves its own static files and sets the security headers; it never reads a request, keeps state, validates a card or
// decides what happens next.
package pages
