-- runs_with: 1
-- Which of several sources of one day is shown, and which of two records of one workout stands: lower numbers win.

CREATE TABLE priorities (
    kind       smallint NOT NULL,             -- 0 a provider, 1 a type of device
    name       text NOT NULL,
    priority   smallint NOT NULL CHECK (priority BETWEEN 1 AND 100),
    id         uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (kind, name)
);
INSERT INTO priorities (kind, name, priority, id, created_at, updated_at)
SELECT kind, name, priority, md5(kind || ' ' || name)::uuid, now(), now()
FROM (VALUES (0, 'apple', 1), (0, 'garmin', 2), (0, 'polar', 3), (0, 'suunto', 4), (0, 'whoop', 5), (0, 'samsung', 6),
             (1, 'watch', 1), (1, 'band', 2), (1, 'ring', 3), (1, 'phone', 4), (1, 'scale', 5), (1, 'other', 6),
             (1, 'unknown', 99)) v (kind, name, priority);

-- Raised by every change. A user whose number is another has marks of duplicates that were made by older priorities.
CREATE TABLE priority_version (version bigint NOT NULL);
INSERT INTO priority_version VALUES (1);
ALTER TABLE users ADD COLUMN duplicates_version bigint NOT NULL DEFAULT 0;
