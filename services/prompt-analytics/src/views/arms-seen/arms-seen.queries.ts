import type { Sql } from '@picly/database';

/** An arm of an experiment, as the exposure named it. */
export interface Arm {
  readonly experiment: string;
  readonly variant: string;
}

interface Sighting extends Arm {
  readonly user_id: string;
  readonly seen_at: Date;
}

/** What a row of facts must tell for its arms to be found. */
export interface OfPerson {
  /** The rater; when nobody is named, whoever made the generation. */
  readonly user_id: string | null;
  readonly generation_user_id: string | null;
  readonly rated_at: Date | null;
  readonly occurred_at: Date | null;
  readonly recorded_at: Date;
}

const personOf = (row: OfPerson): string | null => row.user_id ?? row.generation_user_id;
const timeOf = (row: OfPerson): number => (row.rated_at ?? row.occurred_at ?? row.recorded_at).getTime();

/** Which arms of which experiments people had seen when they rated (or, unrated, made) a generation. */
export class ArmsSeenQueries {
  constructor(private readonly sql: Sql) {}

  /** The rows with the arms their person saw first, up to their time, by the name of the experiment. One query however many. */
  async withArms<Row extends OfPerson>(rows: readonly Row[]): Promise<(Row & { readonly experiment_arms: readonly Arm[] })[]> {
    const people = [...new Set(rows.flatMap((row) => personOf(row) ?? []))];
    const seen = new Map<string, Sighting[]>(people.map((person) => [person, []]));
    for (const sighting of await this.sightings(people)) seen.get(sighting.user_id)?.push(sighting);
    return rows.map((row) => {
      const until = timeOf(row);
      const arms = (seen.get(personOf(row) ?? '') ?? []).filter(({ seen_at }) => seen_at.getTime() <= until);
      return { ...row, experiment_arms: arms.map(({ experiment, variant }) => ({ experiment, variant })) };
    });
  }

  private async sightings(people: readonly string[]): Promise<readonly Sighting[]> {
    if (people.length === 0) return [];
    return this.sql.query<Sighting>(
      'select user_id, experiment, variant, seen_at from picly.arms_seen where user_id = any($1::text[]) order by user_id, experiment collate "C"',
      [people],
      'arms seen by people',
    );
  }
}
