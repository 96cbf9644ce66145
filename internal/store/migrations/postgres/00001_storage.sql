-- How PostgreSQL lays out the rows of the platform's schema.

-- +goose Up

-- A payout changes once or twice after it was inserted. With room left in its page
-- no index has to follow.
ALTER TABLE payout SET (fillfactor = 60);

-- A few rows that change with every commit.
ALTER TABLE account SET (fillfactor = 50);
ALTER TABLE number_block SET (fillfactor = 50);

-- Rows come and go all the time.
ALTER TABLE effect SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

-- +goose Down
