-- Why: values that all conversations of an environment share (opening hours, a phone number), by bundle and name. They
-- are in the agent's sight as global.<bundle>.<name>; a change counts for the next turn, so they are in no session.
alter table environments add column bundles json not null default '{}';
