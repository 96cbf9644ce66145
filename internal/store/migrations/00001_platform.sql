-- One text for SQLite and PostgreSQL. Instants are microseconds since 1970 in
-- UTC, 0 for none; nothing is NULL. Tenant tables have merchant_id first in
-- their key, which is also their distribution column on Citus. Other indexes
-- begin with what is selective: without statistics a planner takes any index that
-- begins with merchant_id for as good as the key.

-- +goose Up

CREATE TABLE installation (
    id         BIGINT  PRIMARY KEY CHECK (id = 1),
    sandbox    BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL
);

CREATE TABLE node (
    node_id BIGINT PRIMARY KEY,
    beat    BIGINT NOT NULL
);

CREATE TABLE number_block (
    name TEXT   PRIMARY KEY,
    next BIGINT NOT NULL
);

CREATE TABLE vault_keyset (
    family  TEXT   PRIMARY KEY,
    kek_id  TEXT   NOT NULL,
    wrapped BYTEA  NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE merchant (
    merchant_id BIGINT PRIMARY KEY,
    name        TEXT   NOT NULL,
    status      TEXT   NOT NULL CHECK (status IN ('test', 'live', 'blocked')),
    settings    TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL
);

CREATE TABLE merchant_secret (
    merchant_id BIGINT NOT NULL,
    purpose     TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    sealed      BYTEA  NOT NULL,
    created_at  BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, purpose, version)
);

-- Books: balance = credits - debits, available = balance - held.
CREATE TABLE account (
    merchant_id BIGINT NOT NULL,
    book        TEXT   NOT NULL CHECK (book IN ('live', 'test')),
    name        TEXT   NOT NULL,
    currency    TEXT   NOT NULL,
    debits      BIGINT NOT NULL CHECK (debits >= 0),
    credits     BIGINT NOT NULL CHECK (credits >= 0),
    held        BIGINT NOT NULL CHECK (held >= 0),
    PRIMARY KEY (merchant_id, book, name, currency),
    CHECK (name <> 'payout' OR credits - debits - held >= 0)
);

CREATE TABLE transfer (
    merchant_id BIGINT NOT NULL,
    payment_id  BIGINT NOT NULL,
    step        BIGINT NOT NULL,
    kind        TEXT   NOT NULL CHECK (kind IN ('move', 'hold', 'post', 'void')),
    ends        BIGINT NOT NULL,
    book        TEXT   NOT NULL,
    debit       TEXT   NOT NULL,
    credit      TEXT   NOT NULL,
    currency    TEXT   NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount > 0),
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, payment_id, step)
);
-- A hold ends once.
CREATE UNIQUE INDEX transfer_end ON transfer (payment_id, merchant_id, ends) WHERE ends > 0;

CREATE TABLE effect (
    merchant_id BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    subject     BIGINT NOT NULL,
    attempt     BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    owner       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, kind, subject)
);
CREATE INDEX effect_due ON effect (due_at);

CREATE TABLE idempotency (
    merchant_id BIGINT NOT NULL,
    key         TEXT   NOT NULL,
    script      TEXT   NOT NULL,
    fingerprint BYTEA  NOT NULL,
    subject     TEXT   NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at) WHERE expires_at > 0;

CREATE TABLE card_token (
    merchant_id BIGINT  NOT NULL,
    token       TEXT    NOT NULL,
    card_id     BIGINT  NOT NULL,
    user_id     TEXT    NOT NULL,
    purpose     TEXT    NOT NULL CHECK (purpose IN ('purchase', 'payout')),
    test        BOOLEAN NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('approved', 'deleted')),
    sealed      BYTEA   NOT NULL,
    mask        TEXT    NOT NULL,
    hhash       TEXT    NOT NULL,
    brand       TEXT    NOT NULL,
    bank        TEXT    NOT NULL,
    country     TEXT    NOT NULL,
    expiry      TEXT    NOT NULL,
    secure      BOOLEAN NOT NULL,
    created_at  BIGINT  NOT NULL,
    deleted_at  BIGINT  NOT NULL,
    PRIMARY KEY (merchant_id, token)
);
CREATE UNIQUE INDEX card_token_id ON card_token (card_id, merchant_id);
CREATE INDEX card_token_user ON card_token (user_id, merchant_id, card_id);

CREATE TABLE binding (
    merchant_id  BIGINT  NOT NULL,
    payment_id   BIGINT  NOT NULL,
    purpose      TEXT    NOT NULL,
    test         BOOLEAN NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('init', 'challenge', 'approved', 'error')),
    user_id      TEXT    NOT NULL,
    order_id     TEXT    NOT NULL,
    back_link    TEXT    NOT NULL,
    post_link    TEXT    NOT NULL,
    success_url  TEXT    NOT NULL,
    failure_url  TEXT    NOT NULL,
    language     TEXT    NOT NULL,
    framed       BOOLEAN NOT NULL,
    page_hash    TEXT    NOT NULL,
    token        TEXT    NOT NULL,
    error_code   BIGINT  NOT NULL,
    pending_card BYTEA   NOT NULL,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    finished_at  BIGINT  NOT NULL,
    PRIMARY KEY (merchant_id, payment_id)
);
CREATE UNIQUE INDEX binding_page ON binding (page_hash, merchant_id);

CREATE TABLE challenge (
    merchant_id BIGINT NOT NULL,
    payment_id  BIGINT NOT NULL,
    page_hash   TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('open', 'passed', 'refused', 'expired')),
    tries       BIGINT NOT NULL,
    card_mask   TEXT   NOT NULL,
    amount      BIGINT NOT NULL,
    currency    TEXT   NOT NULL,
    language    TEXT   NOT NULL,
    origin      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, payment_id)
);
CREATE INDEX challenge_page ON challenge (page_hash);

CREATE TABLE payout (
    merchant_id   BIGINT  NOT NULL,
    payment_id    BIGINT  NOT NULL,
    order_id      TEXT    NOT NULL,
    attempt       BIGINT  NOT NULL,
    route         TEXT    NOT NULL CHECK (route IN ('token', 'page', 'iban')),
    test          BOOLEAN NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('created', 'process', 'success', 'error', 'expired')),
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
    PRIMARY KEY (merchant_id, payment_id)
);
CREATE UNIQUE INDEX payout_order ON payout (order_id, merchant_id, attempt);
CREATE INDEX payout_message ON payout (message, merchant_id, created_at);
CREATE INDEX payout_page ON payout (page_hash) WHERE page_hash <> '';

CREATE TABLE callback (
    merchant_id BIGINT NOT NULL,
    callback_id BIGINT NOT NULL,
    payment_id  BIGINT NOT NULL,
    event       TEXT   NOT NULL,
    url         TEXT   NOT NULL,
    secret      TEXT   NOT NULL,
    form        TEXT   NOT NULL CHECK (form IN ('fields', 'xml')),
    message     TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts    BIGINT NOT NULL,
    last_status BIGINT NOT NULL,
    last_answer TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, callback_id)
);
CREATE INDEX callback_payment ON callback (payment_id, merchant_id);

CREATE TABLE callback_attempt (
    merchant_id BIGINT NOT NULL,
    callback_id BIGINT NOT NULL,
    attempt     BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL,
    took        BIGINT NOT NULL,
    status      BIGINT NOT NULL,
    answer      TEXT   NOT NULL,
    PRIMARY KEY (merchant_id, callback_id, attempt)
);

-- +goose Down
