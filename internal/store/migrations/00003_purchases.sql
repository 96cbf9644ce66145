-- Purchases, what is done with them afterwards, and profiles that are charged again.

-- +goose Up

CREATE TABLE purchase (
    merchant_id  BIGINT  NOT NULL,
    payment_id   BIGINT  NOT NULL,
    order_id     TEXT    NOT NULL,
    previous     BIGINT  NOT NULL,
    test         BOOLEAN NOT NULL,
    state        TEXT    NOT NULL,
    amount       BIGINT  NOT NULL CHECK (amount >= 0),
    currency     TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    one_step     BOOLEAN NOT NULL,
    profile_id   BIGINT  NOT NULL,
    terms        TEXT    NOT NULL,
    message      TEXT    NOT NULL,
    page_hash    TEXT    NOT NULL,
    method       TEXT    NOT NULL,
    shown        TEXT    NOT NULL,
    card_token   TEXT    NOT NULL,
    card_id      BIGINT  NOT NULL,
    pending_card BYTEA   NOT NULL,
    secure       BOOLEAN NOT NULL,
    reference    TEXT    NOT NULL,
    auth_code    TEXT    NOT NULL,
    captured     BIGINT  NOT NULL CHECK (captured >= 0 AND captured <= amount),
    refunded     BIGINT  NOT NULL CHECK (refunded >= 0 AND refunded <= captured),
    fee          BIGINT  NOT NULL CHECK (fee >= 0),
    busy         BIGINT  NOT NULL,
    error_code   BIGINT  NOT NULL,
    reason       TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    sent_at      BIGINT  NOT NULL,
    paid_at      BIGINT  NOT NULL,
    finished_at  BIGINT  NOT NULL,
    PRIMARY KEY (merchant_id, payment_id)
);
CREATE INDEX purchase_order ON purchase (order_id, merchant_id, created_at);
-- Where an order has one purchase at a time, two nodes do not begin two.
CREATE UNIQUE INDEX purchase_once ON purchase (order_id, merchant_id, previous) WHERE previous >= 0;
CREATE INDEX purchase_page ON purchase (page_hash) WHERE page_hash <> '';
CREATE INDEX purchase_message ON purchase (message, merchant_id, created_at) WHERE message <> '';

CREATE TABLE purchase_step (
    merchant_id BIGINT NOT NULL,
    payment_id  BIGINT NOT NULL,
    parent_id   BIGINT NOT NULL,
    action      TEXT   NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount >= 0),
    state       TEXT   NOT NULL,
    receipt     TEXT   NOT NULL,
    message     TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    reference   TEXT   NOT NULL,
    error_code  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, payment_id)
);
CREATE INDEX purchase_step_parent ON purchase_step (parent_id, merchant_id);
CREATE INDEX purchase_step_message ON purchase_step (message, merchant_id, created_at);

CREATE TABLE purchase_profile (
    merchant_id BIGINT  NOT NULL,
    profile_id  BIGINT  NOT NULL,
    payment_id  BIGINT  NOT NULL,
    test        BOOLEAN NOT NULL,
    amount      BIGINT  NOT NULL CHECK (amount > 0),
    currency    TEXT    NOT NULL,
    sealed      BYTEA   NOT NULL,
    shown       TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    PRIMARY KEY (merchant_id, profile_id)
);

ALTER TABLE callback ADD COLUMN method TEXT NOT NULL DEFAULT 'POST';

-- +goose Down
