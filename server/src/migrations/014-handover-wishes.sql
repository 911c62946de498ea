-- Why: whom a handover asks for, and why, was told by its event only; the desk and a second handover need it, too.
-- {department?, reason?}, from the handover until the agent has the word again.
alter table sessions add column handover json;
