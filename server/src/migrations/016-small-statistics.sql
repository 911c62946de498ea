-- Why: an analyze of a busy table sorts 30,000 sampled values of every column, for estimates that no statement here asks
-- for: each finds its rows by a key. On two cores that held up every answer for the better part of a second, again and
-- again while the tables grew (docs/decisions/0012-even-load.md). A tenth of the sample does.
create function keep_statistics_small(relation regclass) returns void language plpgsql as $$
begin
  execute (
    select format('alter table %s %s', relation, string_agg(format('alter column %I set statistics 10', attname), ', '))
    from pg_attribute where attrelid = relation and attnum > 0 and not attisdropped
  );
end $$;

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
      perform keep_statistics_small(format('%I', name)::regclass);
      execute format('lock table %I in access exclusive mode', parent || '_default');
      execute format('with late as (delete from %I where %I >= %L and %I < %L returning *) insert into %I select * from late',
        parent || '_default', moment, starts_at, moment, ends_at, name);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, starts_at, ends_at);
    end loop;
  end loop;
end $$;

select keep_statistics_small(relation) from unnest(array['sessions', 'messages', 'turns', 'turn_lanes', 'lanes',
  'delivery_outcomes', 'replays', 'idempotency_keys', 'files', 'inbox_events']::regclass[]) as relation;
select keep_statistics_small(inhrelid) from pg_inherits where inhparent in ('events'::regclass, 'attempts'::regclass);
