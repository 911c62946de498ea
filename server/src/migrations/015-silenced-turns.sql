-- Why: a person may take the conversation, speak and give it back while the agent still thinks about what was said
-- before. Turns up to this one lost the word by that, and do not get it back with the conversation.
alter table sessions add column silenced_turn integer not null default 0;
