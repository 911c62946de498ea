-- Why: what a killed process held is taken over within seconds, not when its leases run out. Each process holds an
-- advisory lock on its key for as long as it lives; the last eight hex digits of a claim_id are that key.

create table processes (
  process_key integer primary key,
  started_at timestamptz not null default now()
);
