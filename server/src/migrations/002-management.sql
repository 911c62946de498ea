-- Why: what people look at. Who waits at the desk, and which events died, are found without reading what is well.

-- Partial and keyed by an id that never changes: messages of a session update its row without touching this index.
create index sessions_at_desk on sessions (session_id) where state = 'active' and owner <> 'bot';

drop index delivery_outcomes_of_integration;
create index delivery_outcomes_of_integration on delivery_outcomes (integration_id, status, session_id, sequence);
