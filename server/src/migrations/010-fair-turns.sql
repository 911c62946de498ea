-- Why: turns are claimed in shares, so that an integration with a hundred thousand due turns does not make the others
-- wait behind them. The claim walks from integration to integration; so do all other readers of the old index.

create index turn_lanes_due on turn_lanes (integration_id, ready_at) where ready_at is not null;
drop index turn_lanes_ready;
