-- +goose Up

-- A purchase changes two to four times after it was inserted.
ALTER TABLE purchase SET (fillfactor = 60);
ALTER TABLE purchase_step SET (fillfactor = 70);

-- +goose Down
