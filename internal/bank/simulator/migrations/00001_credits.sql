-- +goose Up

CREATE TABLE simulator_credit (
    reference  TEXT   PRIMARY KEY,
    amount     BIGINT NOT NULL,
    currency   TEXT   NOT NULL,
    target     TEXT   NOT NULL,
    code       BIGINT NOT NULL,
    received   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL
);

-- +goose Down
