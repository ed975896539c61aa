-- +goose Up
ALTER TABLE subscriptions ADD COLUMN covered TEXT NOT NULL DEFAULT ''; -- the edition that was told of last
ALTER TABLE subscriptions ADD COLUMN sending_at BIGINT NOT NULL DEFAULT 0; -- a digest is being sent since then; 0: none
ALTER TABLE subscriptions ADD COLUMN failures BIGINT NOT NULL DEFAULT 0; -- of the digest that is due

CREATE TABLE editions (
    name    TEXT   NOT NULL PRIMARY KEY,
    edition BYTEA  NOT NULL,
    kept_at BIGINT NOT NULL
);

CREATE INDEX inbox_dead ON inbox (id) WHERE state = 'dead';
