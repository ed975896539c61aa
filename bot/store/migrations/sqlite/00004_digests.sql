-- +goose Up
ALTER TABLE subscriptions ADD COLUMN covered TEXT NOT NULL DEFAULT ''; -- the edition that was told of last
ALTER TABLE subscriptions ADD COLUMN sending_at INTEGER NOT NULL DEFAULT 0; -- a digest is being sent since then; 0: none
ALTER TABLE subscriptions ADD COLUMN failures INTEGER NOT NULL DEFAULT 0; -- of the digest that is due

CREATE TABLE editions (
    name    TEXT   NOT NULL PRIMARY KEY,
    edition BLOB   NOT NULL,
    kept_at INTEGER NOT NULL
);

CREATE INDEX inbox_dead ON inbox (id) WHERE state = 'dead';
