-- +goose Up
-- Times are microseconds since 1970 UTC. A person is "platform/user".

CREATE TABLE sessions (
    key     TEXT    NOT NULL PRIMARY KEY,
    person  TEXT    NOT NULL,
    chat    TEXT    NOT NULL,
    last_at INTEGER NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_last ON sessions (last_at);

CREATE TABLE turns (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session TEXT    NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    turn    TEXT    NOT NULL
);
CREATE INDEX turns_session ON turns (session, id);

CREATE TABLE accounts (
    account           TEXT    NOT NULL,
    day               TEXT    NOT NULL,
    owner             TEXT    NOT NULL,
    answers           INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost              REAL    NOT NULL,
    PRIMARY KEY (account, day)
);
CREATE INDEX accounts_owner ON accounts (owner);
CREATE INDEX accounts_day ON accounts (day);

CREATE TABLE answers (
    id       TEXT    NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    question TEXT    NOT NULL,
    language TEXT    NOT NULL,
    status   TEXT    NOT NULL,
    intent   TEXT    NOT NULL,
    projects TEXT    NOT NULL,
    passages TEXT    NOT NULL,
    mode     TEXT    NOT NULL,
    prompt   TEXT    NOT NULL
);
CREATE INDEX answers_at ON answers (at);

CREATE TABLE votes (
    answer TEXT    NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    person TEXT    NOT NULL,
    up     BOOLEAN NOT NULL,
    reason TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (answer, person)
);
CREATE INDEX votes_person ON votes (person);
CREATE INDEX votes_at ON votes (at);

CREATE TABLE people (
    kind     TEXT    NOT NULL,
    platform TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    allow    BOOLEAN NOT NULL,
    PRIMARY KEY (kind, platform, id)
);

CREATE TABLE subscriptions (
    platform TEXT    NOT NULL,
    chat     TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    language TEXT    NOT NULL,
    minute   INTEGER NOT NULL,
    zone     TEXT    NOT NULL,
    weekly   BOOLEAN NOT NULL,
    weekday  INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    next_at  INTEGER NOT NULL,
    PRIMARY KEY (platform, chat, kind)
);
CREATE INDEX subscriptions_next ON subscriptions (next_at);

CREATE TABLE inbox (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    platform    TEXT    NOT NULL,
    known       TEXT    NOT NULL UNIQUE, -- a hash of platform and event
    event       TEXT    NOT NULL, -- '' once it is answered, like lane, person, payload and reply
    lane        TEXT    NOT NULL, -- platform/chat
    person      TEXT    NOT NULL,
    payload     BLOB    NOT NULL,
    reply       BLOB    NOT NULL,
    received_at INTEGER NOT NULL,
    state       TEXT    NOT NULL, -- waiting, working, done, dead, refused
    taken       INTEGER NOT NULL,
    failures    INTEGER NOT NULL,
    due_at      INTEGER NOT NULL, -- of a waiting one: not before; of a working one: its lease
    last_error  TEXT    NOT NULL,
    ended_at    INTEGER NOT NULL  -- answered, given up or refused; 0 while it waits
);
CREATE INDEX inbox_lane ON inbox (lane, id) WHERE state IN ('waiting', 'working');
CREATE INDEX inbox_live ON inbox (id) WHERE state IN ('waiting', 'working');
CREATE INDEX inbox_working ON inbox (due_at) WHERE state = 'working';
CREATE INDEX inbox_person ON inbox (person);
CREATE INDEX inbox_ended ON inbox (ended_at);

CREATE TABLE parts (
    task    INTEGER NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
    part    INTEGER NOT NULL,
    sent    BOOLEAN NOT NULL,
    message TEXT    NOT NULL,
    PRIMARY KEY (task, part)
);
