-- Why: a replay reads the last conversations of one agent (docs/decisions/0009-replay.md).
create index sessions_of_agent on sessions (agent_id, session_id);
