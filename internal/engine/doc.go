// Package engine turns decisions into durable facts. Operations that arrive
// while a transaction is committing go together into the next one; what has to
// be done outside afterwards (call a bank, tell a merchant) is a row of the same
// transaction, an effect, which the node that wrote it carries out and any node
// picks up when that one dies. The engine knows no payment and no bank.
package engine
