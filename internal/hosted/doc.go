// Package hosted serves the pages that people see: it reads their requests,
// asks the systems to act and picks the page to show. How pages look is in
// package pages; what happens to money and cards is decided by the systems.
package hosted
