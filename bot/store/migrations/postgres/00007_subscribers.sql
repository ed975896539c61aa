-- +goose Up
-- Where a chat belongs, so that who may not be answered is not told of news either.
ALTER TABLE subscriptions ADD COLUMN server TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN person TEXT NOT NULL DEFAULT ''; -- of a private chat
