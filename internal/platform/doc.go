// Package platform puts the parts together: it opens an installation (database,
// vault, merchants), builds the systems on it and serves them. It decides nothing
// about payments.
package platform
