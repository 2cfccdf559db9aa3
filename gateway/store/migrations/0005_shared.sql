-- runs_with: 1
-- Whether other users have this account too, so that a list of connections asks for them only where there are any.
ALTER TABLE connections ADD COLUMN shared boolean NOT NULL DEFAULT false;
UPDATE connections AS c SET shared = true
WHERE EXISTS (SELECT FROM account_owners AS o
              WHERE o.provider_user_id = c.provider_user_id AND o.provider = c.provider AND o.user_id <> c.user_id);
