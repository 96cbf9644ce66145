-- Callbacks never change: how far one got is in its attempts, and in its effect.
-- Columns go, which later migrations must not do: a node of the version before
-- cannot run beside this one.

-- +goose Up

-- Counts the changes of what nodes keep in memory.
CREATE TABLE revision (
    name   TEXT   PRIMARY KEY,
    number BIGINT NOT NULL
);

ALTER TABLE callback_attempt ADD COLUMN done BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE callback_attempt SET done = TRUE
WHERE status = 200 AND EXISTS (
    SELECT 1 FROM callback AS c
    WHERE c.merchant_id = callback_attempt.merchant_id AND c.callback_id = callback_attempt.callback_id AND c.state = 'delivered');

ALTER TABLE callback DROP COLUMN state;
ALTER TABLE callback DROP COLUMN attempts;
ALTER TABLE callback DROP COLUMN last_status;
ALTER TABLE callback DROP COLUMN last_answer;

-- +goose Down
