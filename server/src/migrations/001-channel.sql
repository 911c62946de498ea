-- Why: the whole custom channel. Sessions and what is said in them, the turns the agent owes, the events that tell
-- of it, and one strictly ordered delivery lane a session (docs/decisions/0001-postgresql-lanes.md).

create table agents (
  agent_id uuid primary key,
  name text not null,
  draft json not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Immutable once published; intent_model is the trained model that belongs to the document's phrases.
create table agent_versions (
  agent_id uuid not null references agents,
  version integer not null check (version > 0),
  document json not null,
  intent_model bytea,
  published_at timestamptz not null default now(),
  primary key (agent_id, version)
);

create table environments (
  environment_id uuid primary key,
  name text not null,
  keep_alive_seconds integer not null default 120 check (keep_alive_seconds between 1 and 900),
  -- Who answers new sessions; agent_version null = the newest published one.
  agent_id uuid references agents,
  agent_version integer,
  created_at timestamptz not null default now()
);

create table integrations (
  integration_id uuid primary key,
  environment_id uuid not null references environments,
  name text not null,
  webhook_url text not null,
  -- Sealed (AES-256-GCM), oldest first; two only while rotating.
  webhook_secrets text[] not null check (cardinality(webhook_secrets) between 1 and 2),
  allowed_ips text[] not null default '{}',
  subscribed_events text[] not null default '{}',
  session_timeout_seconds integer not null default 86400 check (session_timeout_seconds between 60 and 1296000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table api_keys (
  key_id uuid primary key,
  integration_id uuid not null references integrations,
  name text not null,
  key_hash bytea not null unique,
  key_hint text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_of_integration on api_keys (integration_id);

-- The webhook's circuit: one row, so opening it rewrites no lane.
create table endpoints (
  integration_id uuid primary key references integrations,
  circuit text not null default 'closed' check (circuit in ('closed', 'open', 'paused')),
  probe_at timestamptz,
  reason text,
  changed_at timestamptz not null default now()
);

create table sessions (
  session_id uuid primary key,
  integration_id uuid not null,
  environment_id uuid not null,
  external_session_id text,
  channel_user_id text,
  user_id uuid not null,
  state text not null default 'active' check (state in ('active', 'closed', 'expired')),
  conversation text not null default 'open' check (conversation in ('open', 'resolved')),
  owner text not null check (owner in ('bot', 'waiting', 'human')),
  human json,
  agent_id uuid,
  agent_version integer,
  agent_name text,
  context json not null,
  dialog_state json not null,
  user_message_count integer not null default 0,
  -- Last numbers given; the next one is taken under this row's lock.
  last_position integer not null default 0,
  last_turn integer not null default 0,
  last_sequence integer not null default 0,
  created_at timestamptz not null default now(),
  last_activity_at timestamptz not null,
  expires_at timestamptz not null,
  resolved_at timestamptz,
  resolved_until timestamptz,
  -- A lazy timer: never later than the session's end, often earlier; activity does not move it.
  check_at timestamptz not null
) with (fillfactor = 70);
create index sessions_to_check on sessions (check_at) where state = 'active';
create index sessions_of_integration on sessions (integration_id, created_at);

create table messages (
  session_id uuid not null,
  position integer not null,
  message_id uuid not null,
  author text not null check (author in ('user', 'brain', 'agent')),
  -- {text, attachments} of people, {responses} of the agent.
  body json not null,
  agent json,
  request_id uuid not null,
  -- Of an answer: the request of the user's message.
  in_reply_to uuid,
  created_at timestamptz not null,
  delivered_at timestamptz,
  read_at timestamptz,
  primary key (session_id, position)
);

-- One piece of thinking the agent owes. `recorded` is what a replay needs: input, answers from outside, trace.
create table turns (
  session_id uuid not null,
  turn integer not null,
  kind text not null check (kind in ('message', 'session_start')),
  request_id uuid not null,
  message_position integer,
  created_at timestamptz not null,
  finished_at timestamptz,
  outcome text check (outcome in ('answered', 'silent', 'failed')),
  recorded json,
  primary key (session_id, turn)
);

create table turn_lanes (
  session_id uuid primary key,
  integration_id uuid not null,
  head integer not null,
  tail integer not null,
  -- Schedule, retry timer and lease in one; null = nothing to do.
  ready_at timestamptz,
  claim_id uuid,
  attempts integer not null default 0
) with (fillfactor = 70);
create index turn_lanes_ready on turn_lanes (ready_at) where ready_at is not null;

-- What happened, immutable; body is the exact text that is signed and sent. Partitioned by week, dropped whole.
create sequence events_position;
create table events (
  session_id uuid not null,
  sequence integer not null,
  integration_id uuid not null,
  event_id uuid not null,
  -- Order of the integration's event log: taken under an advisory lock, so a reader never misses a late commit.
  position bigint not null,
  event_type text not null,
  body text not null,
  created_at timestamptz not null,
  primary key (session_id, sequence, created_at)
) partition by range (created_at);
create index events_of_integration on events (integration_id, position);

-- webhook + session, strictly ordered. Delivered means sequence < head, unless delivery_outcomes says otherwise.
create table lanes (
  session_id uuid primary key,
  integration_id uuid not null,
  head integer not null,
  tail integer not null,
  replays integer not null default 0,
  ready_at timestamptz,
  claim_id uuid,
  attempts integer not null default 0
) with (fillfactor = 70);
create index lanes_ready on lanes (integration_id, ready_at) where ready_at is not null;

-- Events that did not end delivered.
create table delivery_outcomes (
  session_id uuid not null,
  sequence integer not null,
  integration_id uuid not null,
  status text not null check (status in ('dead', 'superseded')),
  reason text not null,
  at timestamptz not null default now(),
  primary key (session_id, sequence)
);
create index delivery_outcomes_of_integration on delivery_outcomes (integration_id, status);

-- Events a person wants sent again; they go before the lane's head.
create table replays (
  session_id uuid not null,
  sequence integer not null,
  requested_at timestamptz not null default now(),
  primary key (session_id, sequence)
);

create table attempts (
  session_id uuid not null,
  sequence integer not null,
  at timestamptz not null,
  status_code integer,
  error text,
  duration_ms integer not null,
  answer text
) partition by range (at);
create index attempts_of_event on attempts (session_id, sequence);

create table idempotency_keys (
  integration_id uuid not null,
  key text not null,
  request_hash bytea not null,
  answer json not null,
  created_at timestamptz not null default now(),
  primary key (integration_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

create table files (
  file_id uuid primary key,
  session_id uuid not null,
  integration_id uuid not null,
  filename text not null,
  content_type text not null,
  byte_count bigint,
  created_at timestamptz not null default now(),
  uploaded_at timestamptz
);
create index files_of_session on files (session_id);

-- The built-in inbox: a receiver for the first minute, kept so that a restart shows it all again.
create table inbox_events (
  inbox_id bigint generated always as identity primary key,
  integration_id uuid not null,
  session_id text,
  received_at timestamptz not null default now(),
  verified boolean not null,
  problem text,
  headers json not null,
  body text not null
);

-- Weekly partitions, this week and `weeks` ahead. Housekeeping calls it; a default partition catches a clock gone astray.
create function ensure_partitions(weeks integer) returns void language plpgsql as $$
declare
  first_day date := date_trunc('week', now() at time zone 'UTC')::date;
  day date;
  parent text;
begin
  perform pg_advisory_xact_lock(hashtext('dragoman.partitions'));
  foreach parent in array array['events', 'attempts'] loop
    for week in 0..weeks loop
      day := first_day + week * 7;
      if to_regclass(format('%s_%s', parent, to_char(day, 'IYYY"w"IW'))) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)',
          parent || '_' || to_char(day, 'IYYY"w"IW'), parent, day || ' 00:00+00', (day + 7) || ' 00:00+00');
      end if;
    end loop;
  end loop;
end $$;

create table events_default partition of events default;
create table attempts_default partition of attempts default;
select ensure_partitions(4);
