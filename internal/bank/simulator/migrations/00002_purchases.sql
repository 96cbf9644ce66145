-- +goose Up

CREATE TABLE simulator_charge (
    reference  TEXT    PRIMARY KEY,
    amount     BIGINT  NOT NULL,
    currency   TEXT    NOT NULL,
    card       TEXT    NOT NULL,
    secure     BOOLEAN NOT NULL,
    code       BIGINT  NOT NULL,
    on_capture BIGINT  NOT NULL,
    on_reverse BIGINT  NOT NULL,
    on_refund  BIGINT  NOT NULL,
    captured   BIGINT  NOT NULL,
    reversed   BOOLEAN NOT NULL,
    refunded   BIGINT  NOT NULL,
    received   BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL
);

CREATE TABLE simulator_follow (
    reference  TEXT   PRIMARY KEY,
    charge     TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    amount     BIGINT NOT NULL,
    currency   TEXT   NOT NULL,
    code       BIGINT NOT NULL,
    received   BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- +goose Down
