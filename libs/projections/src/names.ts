import { createHash } from 'node:crypto';
import { topicOf } from '@picly/contracts';
import type { Projection } from './define';

export type AnyProjection = Pick<Projection, 'name' | 'version'>;

/** The schema of a version's tables: `<name>_v<version>`, underscored. */
export function schemaOf({ name, version }: AnyProjection): string {
  return `${name.replaceAll('-', '_')}_v${version}`;
}

/** A version as one word, for metrics, logs and maps. */
export const idOf = ({ name, version }: AnyProjection): string => `${name}@${version}`;

export const topicsOf = (projection: Pick<Projection, 'events'>): readonly string[] => projection.events.map(topicOf);

/** A partition of a topic as a map key. */
export const placeOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string => `${topic}/${partition}`;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Tells projections apart in the names of prepared statements, of which Postgres keeps 63 bytes. */
export function statementPrefix(schema: string): string {
  return `${createHash('sha256').update(schema).digest('hex').slice(0, 8)}:`;
}
