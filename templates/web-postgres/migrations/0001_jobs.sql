-- What is to be done, and what came of it. A job that is being done is a row that somebody holds a lock on: nothing
-- else says so, so nothing is left to clean up where a worker dies.
CREATE TABLE jobs (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text        NOT NULL,
    payload    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    run_at     timestamptz NOT NULL DEFAULT now(),
    done_at    timestamptz,
    failed_at  timestamptz,
    error      text
);

CREATE INDEX jobs_open ON jobs (run_at, id) WHERE done_at IS NULL AND failed_at IS NULL;

-- Each time that a worker began. Written outside the job's own transaction, so that a worker that dies is counted; and
-- without a foreign key, which would wait for the lock of the job.
CREATE TABLE attempts (
    id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job bigint      NOT NULL,
    at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX attempts_job ON attempts (job);

-- What the example job makes.
CREATE TABLE greetings (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job  bigint NOT NULL REFERENCES jobs,
    text text   NOT NULL
);
