-- runs_with: 1
-- Long jobs.

-- Of what a running job has to do, the part that is committed: 0 to 1, null = not known.
ALTER TABLE jobs ADD COLUMN progress double precision;
