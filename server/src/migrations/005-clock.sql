-- Why: timers are moments of the database's clock. When it is set back, what was due would wait for the same moment
-- to come again; so the latest moment that anybody saw is kept, and the timers move back with the clock.

create table clock (
  is_only_row boolean primary key default true check (is_only_row),
  seen_at timestamptz not null
);
insert into clock (seen_at) values (now());
