/** Counters that are kept for every prompt, alone and per engine. */
const PROMPT_COUNTERS = `
  r1 int not null default 0, r2 int not null default 0, r3 int not null default 0, r4 int not null default 0, r5 int not null default 0,
  quality_count int not null default 0, quality_nanos int8 not null default 0,
  generations int not null default 0,
  downloaded int not null default 0, shared int not null default 0, edited int not null default 0, regenerated int not null default 0, used int not null default 0,
  downloads int not null default 0, shares int not null default 0, edits int not null default 0, regenerations int not null default 0, uses int not null default 0,
  rating_count int not null generated always as (r1 + r2 + r3 + r4 + r5) stored`;

const N = '(r1 + r2 + r3 + r4 + r5)';
const Z = '1.959963984540054::float8';
const Z2 = '3.8414588206941254::float8';

/**
 * The lower end of the Wilson interval of 4 and 5 stars, from the counters alone: rebuilt rows have the same. With s successes and f
 * failures it is (2s + z² - z √(z² + 4sf / (s + f))) / (2 (s + f + z²)): short, as Postgres reads its text for every statement that
 * writes. Also computed for differences on their way into a row, whose counters may be negative: those must not fail.
 */
const LOWER = `greatest(0, (2 * (r4 + r5) + ${Z2} - ${Z} * sqrt(greatest(0, ${Z2} + 4 * (r4 + r5)::float8 * (r1 + r2 + r3) / ${N})))
    / (2 * (${N} + ${Z2})))`;

/**
 * The bound in steps of 1/20, -1 below five ratings. Ranking walks an index on the steps and sorts within a step: an index on
 * the bound itself would have to change with every rating.
 */
const RANKS = `
  success_lower float8 not null generated always as (case when ${N} = 0 then 0 else ${LOWER} end) stored,
  rank_band smallint not null generated always as (case when ${N} < 5 then -1 else floor(${LOWER} * 20) end) stored`;

/** What happened within a stretch of time: quarter-hours, hours and UTC days side by side, told apart by \`grain_minutes\`. */
const BUCKET_KEY = `
  grain_minutes int not null, starts_at timestamptz not null, engine text collate "C" not null, model_version text collate "C" not null`;

const BUCKET_RATINGS = `
  r1 int not null default 0, r2 int not null default 0, r3 int not null default 0, r4 int not null default 0, r5 int not null default 0,
  quality_count int not null default 0, quality_nanos int8 not null default 0,
  feedback_count int not null default 0, timed_count int not null default 0`;

export const FACT_TABLES: readonly string[] = [
  `create table generations (
    generation_id uuid primary key,
    known boolean not null, occurred_at timestamptz, log_offset int8, recorded_at timestamptz not null,
    prompt text, prompt_hash text collate "C", engine text collate "C" not null, model_version text collate "C" not null,
    success boolean, response_time_ms int8, cost_micros int8, revenue_micros int8, currency text,
    error text, image_url text, parameters json, user_id text, session_id text, context json,
    downloads int not null, shares int not null, edits int not null, regenerations int not null, uses int not null
  ) with (fillfactor = 85)`,
  `create index generations_prompt on generations (prompt_hash) where prompt_hash is not null`,
  `create index generations_user on generations (user_id) where user_id is not null`,
  `create index generations_recorded on generations (recorded_at)`,
  `create index generations_occurred on generations using brin (occurred_at) with (pages_per_range = 16)`,
  `create table ratings (
    generation_id uuid not null, rater text collate "C" not null, event_id uuid not null,
    rating int not null, quality_score numeric, tags text[] not null, feedback text, time_to_rate_ms int8, time_to_rate_bin int,
    rated_at timestamptz not null, log_offset int8 not null, recorded_at timestamptz not null,
    user_id text, session_id text, context json, revisions int not null,
    engine text collate "C" not null, model_version text collate "C" not null,
    primary key (generation_id, rater)
  ) with (fillfactor = 95)`,
  `create index ratings_rated on ratings (rated_at)`,
  // The values of one bin, for exact medians: about a hundredth of all.
  `create index ratings_timed on ratings (time_to_rate_bin, engine) include (rated_at, time_to_rate_ms, model_version)
    where time_to_rate_bin is not null`,
  `create index ratings_user on ratings (user_id) where user_id is not null`,
  `create index ratings_recorded on ratings (recorded_at)`,
  `create table superseded_ratings (
    generation_id uuid not null, event_id uuid not null, rater text collate "C" not null,
    rating int not null, quality_score numeric, tags text[] not null, feedback text, time_to_rate_ms int8,
    rated_at timestamptz not null, log_offset int8 not null,
    user_id text, session_id text, context json,
    primary key (generation_id, event_id)
  )`,
  `create table generation_actions (
    generation_id uuid not null, event_id uuid not null, action text not null, occurred_at timestamptz not null,
    user_id text, session_id text, details json, context json,
    primary key (generation_id, event_id)
  )`,
  `create index generation_actions_occurred on generation_actions using brin (occurred_at) with (pages_per_range = 16)`,
];

export const PROMPT_TABLES: readonly string[] = [
  `create table prompts (
    prompt_hash text collate "C" primary key, prompt text not null, terms text[] not null,
    first_seen_at timestamptz not null, first_generation_id uuid not null
  )`,
  `create index prompts_terms on prompts using gin (terms) with (gin_pending_list_limit = 512)`,
  `create index prompts_first_seen on prompts (first_seen_at desc, prompt_hash)`,
  `create table prompt_totals (
    prompt_hash text collate "C" primary key, ${PROMPT_COUNTERS}, ${RANKS}
  ) with (fillfactor = 70)`,
  `create index prompt_totals_rank on prompt_totals (rank_band desc)`,
  `create table prompt_analytics (
    prompt_hash text collate "C" not null, engine text collate "C" not null, ${PROMPT_COUNTERS}, ${RANKS},
    primary key (prompt_hash, engine)
  ) with (fillfactor = 70)`,
  `create index prompt_analytics_rank on prompt_analytics (engine, rank_band desc)`,
  `create table term_frequency (term text collate "C" primary key, prompts int not null) with (fillfactor = 70)`,
];

export const BUCKET_TABLES: readonly string[] = [
  `create table rating_buckets (${BUCKET_KEY}, ${BUCKET_RATINGS},
    generations int not null default 0,
    downloaded int not null default 0, shared int not null default 0, edited int not null default 0, regenerated int not null default 0, used int not null default 0,
    downloads int not null default 0, shares int not null default 0, edits int not null default 0, regenerations int not null default 0, uses int not null default 0,
    primary key (grain_minutes, starts_at, engine, model_version)
  ) with (fillfactor = 50)`,
  `create table tag_buckets (${BUCKET_KEY}, tag text collate "C" not null, ${BUCKET_RATINGS},
    primary key (grain_minutes, starts_at, engine, model_version, tag)
  ) with (fillfactor = 50)`,
  `create table time_to_rate_bins (${BUCKET_KEY}, bin int not null, n int not null default 0,
    primary key (grain_minutes, starts_at, engine, model_version, bin)
  ) with (fillfactor = 70)`,
];

export const VIEWS: readonly string[] = [
  `create view generation_ratings as
    select g.generation_id, r.rater, g.known, g.prompt, g.prompt_hash, nullif(g.engine, '') as engine, nullif(g.model_version, '') as model_version,
      g.success, g.error, g.response_time_ms, g.cost_micros, g.revenue_micros, g.currency, g.image_url, g.parameters,
      g.user_id as generation_user_id, g.session_id as generation_session_id, g.context as generation_context, g.occurred_at,
      r.rating, r.quality_score, r.tags, r.feedback, r.time_to_rate_ms, r.rated_at, r.revisions,
      r.user_id, r.session_id, r.context, coalesce(r.recorded_at, g.recorded_at) as recorded_at,
      g.downloads, g.shares, g.edits, g.regenerations, g.uses
    from generations g left join ratings r using (generation_id)`,
  `create view rating_history as
    select generation_id, rater, event_id, rating, quality_score, tags, feedback, time_to_rate_ms, rated_at, log_offset, user_id, session_id, context, true as current
    from ratings
    union all
    select generation_id, rater, event_id, rating, quality_score, tags, feedback, time_to_rate_ms, rated_at, log_offset, user_id, session_id, context, false
    from superseded_ratings`,
];
