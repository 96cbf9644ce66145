-- The message of an order's first payout is found by the order: only those of later
-- ones need an index.

-- +goose Up

DROP INDEX payout_message;
CREATE INDEX payout_message ON payout (message, merchant_id, created_at) WHERE attempt > 1;

-- +goose Down
