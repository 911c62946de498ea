-- Why: events and attempts are kept for ever unless an operator says how long. They go by whole weeks, never while one
-- event of the week still waits to be delivered.

create view weekly_partitions as
  select p.relname as parent, c.relname as name, bounds[1]::timestamptz as starts_at, bounds[2]::timestamptz as ends_at
  from pg_inherits i
  join pg_class p on p.oid = i.inhparent
  join pg_class c on c.oid = i.inhrelid
  cross join lateral regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\) TO \(''([^'']+)''\)') as bounds
  where p.oid in ('events'::regclass, 'attempts'::regclass) and bounds is not null;

-- Drops the weeks that ended before `before`. Attempts stay for as long as there are events that old.
create function drop_old_partitions(before timestamptz) returns integer language plpgsql as $$
declare
  week record;
  is_needed boolean;
  oldest_kept timestamptz := before;
  dropped integer := 0;
begin
  -- A drop locks the whole table: rather another time than in the way of everybody.
  perform set_config('lock_timeout', '500ms', true);
  for week in
    select * from weekly_partitions where parent = 'events' and ends_at <= before order by ends_at
  loop
    execute format('select exists (
      select from lanes l join %I e on e.session_id = l.session_id where l.ready_at is not null
        and (e.sequence >= l.head or l.replays > 0 and exists (
          select from replays r where r.session_id = e.session_id and r.sequence = e.sequence)))', week.name) into is_needed;
    if is_needed then
      oldest_kept := least(oldest_kept, week.starts_at);
    else
      execute format('drop table %I', week.name);
      dropped := dropped + 1;
    end if;
  end loop;
  for week in
    select * from weekly_partitions where parent = 'attempts' and ends_at <= oldest_kept order by ends_at
  loop
    execute format('drop table %I', week.name);
    dropped := dropped + 1;
  end loop;
  if dropped > 0 then
    delete from delivery_outcomes o
    where not exists (select from events e where e.session_id = o.session_id and e.sequence = o.sequence);
  end if;
  return dropped;
end $$;
