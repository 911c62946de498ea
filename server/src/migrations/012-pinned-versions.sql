-- Why: an environment could be pointed at a version that was deleted, or was being deleted just then: its new sessions had
-- no agent. Now a version that an environment names is there. Those that name a lost one follow the newest.
update environments e set agent_version = null
where not exists (select from agent_versions v where v.agent_id = e.agent_id and v.version = e.agent_version);

alter table environments add constraint environments_version_fkey
  foreign key (agent_id, agent_version) references agent_versions (agent_id, version);
