-- Why: what all pages of an agent may have together is bounded; so it is known of each how much it sent.
alter table knowledge_pages add column content_bytes integer;
