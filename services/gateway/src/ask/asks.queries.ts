import { sqlState, type Sql } from '@picly/database';

/** Longer ago than this nobody remembers having been asked about a picture. */
const REMEMBERED = `interval '90 days'`;

const ASK = `
  with forgotten as (
    delete from runtime.asks where asked_at < now() - ${REMEMBERED}
  ), person as (
    select runtime.person_hash($1) as hash
  ), before as (
    select count(*) filter (where a.asked_at > now() - interval '1 day') as today,
           count(*) filter (where a.generation_id = $2) as same
      from person p left join runtime.asks a on a.person = p.hash
  ), asked as (
    insert into runtime.asks (person, generation_id)
    select p.hash, $2 from person p, before b where b.today < $3 and b.same = 0
    on conflict do nothing
    returning 1
  )
  select (select count(*) from asked)::int as asked, same::int as same from before`;

/** The views that readers of all services see; they may not be there yet. */
const LIKED = `
  select t.r4 + t.r5 as liked from picly.generations g join picly.prompt_totals t using (prompt_hash) where g.generation_id = $1`;
const NO_SUCH_VIEW = new Set(['42P01', '3F000', '42703']);

/** Whether a person may be asked, and if not, why. */
export type AskDecision = 'asked' | 'asked_before' | 'often_enough';

/** Who was asked for a rating of what. */
export class AsksQueries {
  constructor(private readonly sql: Sql) {}

  /** Decides and remembers in one statement: two tabs that ask at once are told different things. */
  async ask(person: string, generationId: string, mostPerDay: number): Promise<AskDecision> {
    const [row] = await this.sql.query<{ asked: number; same: number }>(ASK, [person, generationId, mostPerDay], 'asks_ask');
    if (row?.asked === 1) return 'asked';
    return row && row.same === 0 ? 'often_enough' : 'asked_before';
  }

  /** How many ratings of 4 or 5 stars the prompt of a generation has; undefined while that is not known. */
  async liked(generationId: string): Promise<number | undefined> {
    try {
      const [row] = await this.sql.query<{ liked: number }>(LIKED, [generationId], 'asks_liked');
      return row?.liked;
    } catch (error) {
      if (NO_SUCH_VIEW.has(sqlState(error) ?? '')) return undefined;
      throw error;
    }
  }
}
