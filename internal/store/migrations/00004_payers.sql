-- What payers tell of themselves on a purchase's page.

-- +goose Up

ALTER TABLE purchase ADD COLUMN contact TEXT NOT NULL DEFAULT '';

-- +goose Down
