import type { DatabasePool } from '@picly/database';
import { isYoung } from './age';
import { idOf } from './names';

/** What readers see of a projection: the version behind `picly.<table>`. */
export interface ActiveProjection {
  readonly name: string;
  readonly version: number;
  /** `<name>@<version>` */
  readonly id: string;
  readonly topics: ReadonlySet<string>;
  /** The version that readers will see next, when a switch is announced: who waits for positions waits for both. */
  readonly next: { readonly id: string; readonly topics: ReadonlySet<string> } | undefined;
}

interface Row {
  readonly name: string;
  readonly active_version: number;
  readonly topics: readonly string[];
  readonly next_version: number | null;
  readonly next_topics: readonly string[] | null;
}

const ACTIVE = `
  select p.name, p.active_version, v.topics, n.version as next_version, n.topics as next_topics
    from runtime.projections p join runtime.projection_versions v on v.projection = p.name and v.version = p.active_version
    left join runtime.projection_versions n on n.projection = p.name and n.version = p.next_version and p.next_version <> p.active_version
   order by p.name`;

/** Knowledge of what is active is as old as this at most. */
export const REGISTRY_KEPT_MS = 1_000;

/** The active versions, of all services: as old as a second at most. */
export class ProjectionRegistry {
  private known: Promise<ReadonlyMap<string, ActiveProjection>> | undefined;
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly pool: DatabasePool,
    private readonly clock: () => number,
  ) {}

  active(): Promise<ReadonlyMap<string, ActiveProjection>> {
    if (this.known && isYoung(this.clock(), this.readAt, REGISTRY_KEPT_MS)) return this.known;
    this.readAt = this.clock();
    this.known = this.read().catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    return this.known;
  }

  /** Throws when a name is none of an active projection: a mistake of the caller. */
  async named(names: readonly string[]): Promise<ActiveProjection[]> {
    const active = await this.active();
    return names.map((name) => {
      const projection = active.get(name);
      if (!projection) throw new Error(`there is no active projection ${name}`);
      return projection;
    });
  }

  private async read(): Promise<ReadonlyMap<string, ActiveProjection>> {
    const rows = await this.pool.query<Row>(ACTIVE, [], 'projections_active');
    return new Map(rows.map((row) => [row.name, activeOf(row)]));
  }
}

function activeOf({ name, active_version: version, topics, next_version: next, next_topics: nextTopics }: Row): ActiveProjection {
  return {
    name,
    version,
    id: idOf({ name, version }),
    topics: new Set(topics),
    next: next === null ? undefined : { id: idOf({ name, version: next }), topics: new Set(nextTopics) },
  };
}
