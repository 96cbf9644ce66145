-- What payers tell of themselves on a purchase's page, and how often they try to pay.

-- +goose Up

ALTER TABLE purchase ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE purchase ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE purchase ADD COLUMN tries_end BIGINT NOT NULL DEFAULT 0;

-- +goose Down
