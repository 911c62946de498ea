-- Why: a week that nobody had prepared, as after a long standstill, has events in the default partition already. The
-- week could then not be made, at no later time either, and housekeeping ended there. So they move into their week.
--
-- A table that is attached blocks less than one that is made in its place; and whoever finds the tables busy, by a
-- backup perhaps, rather comes again than stands in the way of everybody.
create or replace function ensure_partitions(weeks integer) returns void language plpgsql as $$
declare
  first_day date := date_trunc('week', now() at time zone 'UTC')::date;
  day date;
  parent text;
  moment text;
  name text;
  starts_at text;
  ends_at text;
begin
  perform pg_advisory_xact_lock(hashtext('dragoman.partitions'));
  perform set_config('lock_timeout', '500ms', true);
  for parent, moment in values ('events', 'created_at'), ('attempts', 'at') loop
    for week in 0..weeks loop
      day := first_day + week * 7;
      name := format('%s_%s', parent, to_char(day, 'IYYY"w"IW'));
      continue when to_regclass(name) is not null;
      starts_at := day || ' 00:00+00';
      ends_at := (day + 7) || ' 00:00+00';
      execute format('create table %I (like %I including defaults)', name, parent);
      execute format('lock table %I in access exclusive mode', parent || '_default');
      execute format('with late as (delete from %I where %I >= %L and %I < %L returning *) insert into %I select * from late',
        parent || '_default', moment, starts_at, moment, ends_at, name);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, starts_at, ends_at);
    end loop;
  end loop;
end $$;
