-- What comes one after the other lies one after the other.

-- +goose Up

-- Payments are numbered as they come. By (merchant_id, payment_id) each row of a batch
-- enters a page of its own, of as many as there are merchants; by (payment_id,
-- merchant_id) all of them enter the last one. SQLite is never spread over workers,
-- for which the merchant comes first elsewhere, and nothing asks for all the rows of one.

CREATE TABLE transfer_ (
    merchant_id BIGINT NOT NULL,
    payment_id  BIGINT NOT NULL,
    step        BIGINT NOT NULL,
    kind        TEXT   NOT NULL CHECK (kind = 'move' OR kind = 'hold' OR kind = 'post' OR kind = 'void'),
    ends        BIGINT NOT NULL,
    book        TEXT   NOT NULL,
    debit       TEXT   NOT NULL,
    credit      TEXT   NOT NULL,
    currency    TEXT   NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount > 0),
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (payment_id, merchant_id, step)
) WITHOUT ROWID;
INSERT INTO transfer_ SELECT * FROM transfer ORDER BY payment_id, merchant_id, step;
DROP TABLE transfer;
ALTER TABLE transfer_ RENAME TO transfer;
CREATE UNIQUE INDEX transfer_end ON transfer (payment_id, merchant_id, ends) WHERE ends > 0;

CREATE TABLE effect_ (
    merchant_id BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    subject     BIGINT NOT NULL,
    attempt     BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    owner       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (subject, merchant_id, kind)
) WITHOUT ROWID;
INSERT INTO effect_ SELECT * FROM effect;
DROP TABLE effect;
ALTER TABLE effect_ RENAME TO effect;
CREATE INDEX effect_due ON effect (due_at);

CREATE TABLE payout_ (
    merchant_id   BIGINT  NOT NULL,
    payment_id    BIGINT  NOT NULL,
    order_id      TEXT    NOT NULL,
    attempt       BIGINT  NOT NULL,
    route         TEXT    NOT NULL CHECK (route = 'token' OR route = 'page' OR route = 'iban'),
    test          BOOLEAN NOT NULL,
    state         TEXT    NOT NULL CHECK (state = 'created' OR state = 'process' OR state = 'success' OR state = 'error' OR state = 'expired'),
    amount        BIGINT  NOT NULL CHECK (amount > 0),
    fee           BIGINT  NOT NULL CHECK (fee >= 0),
    currency      TEXT    NOT NULL,
    description   TEXT    NOT NULL,
    user_id       TEXT    NOT NULL,
    post_link     TEXT    NOT NULL,
    back_link     TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    framed        BOOLEAN NOT NULL,
    send_before   BIGINT  NOT NULL,
    card_token    TEXT    NOT NULL,
    card_id       BIGINT  NOT NULL,
    card_mask     TEXT    NOT NULL,
    destination   BYTEA   NOT NULL,
    fingerprint   BYTEA   NOT NULL,
    message       TEXT    NOT NULL,
    page_hash     TEXT    NOT NULL,
    error_code    BIGINT  NOT NULL,
    bank_reference TEXT   NOT NULL,
    balance       BIGINT  NOT NULL,
    created_at    BIGINT  NOT NULL,
    sent_at       BIGINT  NOT NULL,
    finished_at   BIGINT  NOT NULL,
    PRIMARY KEY (payment_id, merchant_id)
);
INSERT INTO payout_ SELECT * FROM payout ORDER BY payment_id, merchant_id;
DROP TABLE payout;
ALTER TABLE payout_ RENAME TO payout;
CREATE UNIQUE INDEX payout_order ON payout (order_id, merchant_id, attempt);
CREATE INDEX payout_message ON payout (message, merchant_id, created_at) WHERE attempt > 1;
CREATE INDEX payout_page ON payout (page_hash) WHERE page_hash <> '';

-- +goose Down
