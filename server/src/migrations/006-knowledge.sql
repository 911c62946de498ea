-- Why: the agent answers from documents. What a document says never changes once it is read: a changed file or page is
-- a new document that takes the place of the old one in the draft's list, and a published version keeps the list it was
-- published with.

create table knowledge_documents (
  document_id uuid primary key,
  agent_id uuid not null references agents,
  collection text not null,
  source text not null check (source in ('file', 'page')),
  -- The file's name or the page's address: a newer document of the same origin replaces this one in the draft.
  origin text not null,
  media_type text not null,
  title text,
  content_hash bytea not null,
  content_bytes integer not null,
  status text not null default 'pending' check (status in ('pending', 'ingesting', 'ready', 'failed')),
  passages_done integer not null default 0,
  passages_total integer,
  error text,
  -- Schedule, retry timer and lease of the reading in one; null = nothing to do.
  ready_at timestamptz default now(),
  claim_id uuid,
  attempts integer not null default 0,
  created_at timestamptz not null default now()
);
create index knowledge_documents_ready on knowledge_documents (ready_at) where ready_at is not null;
create index knowledge_documents_of_origin on knowledge_documents (agent_id, collection, origin);

-- The bytes as they came, until they are read.
create table knowledge_contents (
  document_id uuid primary key references knowledge_documents on delete cascade,
  content bytea not null
);

create table knowledge_passages (
  document_id uuid not null references knowledge_documents on delete cascade,
  position integer not null,
  heading text,
  text text not null,
  -- Vectors of its parts, one behind the other; null without an embedding model.
  embedding bytea,
  primary key (document_id, position)
);

-- Which documents a version has; version 0 is the draft. Only documents that are ready are in a list.
create table knowledge_lists (
  agent_id uuid not null references agents,
  version integer not null check (version >= 0),
  document_id uuid not null references knowledge_documents,
  primary key (agent_id, version, document_id)
);
create index knowledge_lists_of_document on knowledge_lists (document_id);

-- Web pages and sitemaps of the draft; source is the document's own words, its hash the key.
create table knowledge_crawls (
  crawl_id uuid primary key,
  agent_id uuid not null references agents,
  collection text not null,
  source json not null,
  source_hash bytea not null,
  status text not null default 'waiting' check (status in ('waiting', 'crawling', 'done', 'failed')),
  error text,
  ready_at timestamptz default now(),
  claim_id uuid,
  -- Pages are listed once a round, so a crawl that was interrupted goes on where it was.
  is_listed boolean not null default false,
  finished_at timestamptz,
  unique (agent_id, collection, source_hash)
);
create index knowledge_crawls_ready on knowledge_crawls (ready_at) where ready_at is not null;

create table knowledge_pages (
  crawl_id uuid not null references knowledge_crawls on delete cascade,
  url text not null,
  is_due boolean not null default true,
  etag text,
  last_modified text,
  content_hash bytea,
  error text,
  checked_at timestamptz,
  primary key (crawl_id, url)
);
create index knowledge_pages_due on knowledge_pages (crawl_id) where is_due;
