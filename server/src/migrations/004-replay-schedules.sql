-- Why: a replay and the lane's head share one timer but not their retries: a replay that fails must use up nothing of
-- the head's schedule, nor start it afresh. From now on `lanes.attempts` is of the head alone.

alter table replays add column attempts integer not null default 0;

update replays r set attempts = l.attempts from lanes l
  where l.session_id = r.session_id
    and r.sequence = (select min(sequence) from replays m where m.session_id = r.session_id);
update lanes set attempts = 0 where replays > 0;
