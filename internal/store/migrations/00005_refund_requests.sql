-- Refunds that are requested wait for an operator, who reads why.

-- +goose Up

ALTER TABLE purchase_step ADD COLUMN comment TEXT NOT NULL DEFAULT '';
CREATE INDEX purchase_step_requested ON purchase_step (created_at) WHERE state = 'requested';

-- +goose Down
