-- +goose Up
-- What was asked of the projects, as the plan of the question names it.

ALTER TABLE answers ADD COLUMN attributes TEXT NOT NULL DEFAULT '[]';
