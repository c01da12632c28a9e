import type { DecodedEvent } from '@picly/contracts';

type Profiled = DecodedEvent<'user-profiled'>;

/** When a field was told, and its place in the log: the latest wins, field by field. */
type FieldVersion = readonly [at: number, offset: number];

/** What is known of a user. */
export interface Profile {
  readonly fields: Readonly<Record<string, string>>;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, FieldVersion>>;
  /** When the first and the last profile were told; absent before. */
  readonly firstAt?: number;
  readonly lastAt?: number;
}

export const UNKNOWN: Profile = { fields: {}, traits: {}, versions: {} };
export const PROFILE_FIELDS = ['signed_up_at', 'acquisition_source', 'plan'] as const;

const wins = (version: FieldVersion, over: FieldVersion | undefined): boolean =>
  over === undefined || version[0] > over[0] || (version[0] === over[0] && version[1] >= over[1]);

/** A profile with one more report folded in; fields (and single traits) that it does not name keep their value. */
export function withReport(profile: Profile, event: Profiled): Profile {
  const version: FieldVersion = [event.occurredAt, event.position.offset];
  const fields: Record<string, string> = { ...profile.fields };
  const traits: Record<string, unknown> = { ...profile.traits };
  const versions: Record<string, FieldVersion> = { ...profile.versions };
  for (const name of PROFILE_FIELDS) {
    const value = event.data[name];
    if (value === undefined || !wins(version, versions[name])) continue;
    fields[name] = value;
    versions[name] = version;
  }
  for (const [trait, value] of Object.entries(event.data.traits ?? {})) {
    if (!wins(version, versions[`traits.${trait}`])) continue;
    traits[trait] = value;
    versions[`traits.${trait}`] = version;
  }
  return {
    fields,
    traits,
    versions,
    firstAt: Math.min(profile.firstAt ?? event.occurredAt, event.occurredAt),
    lastAt: Math.max(profile.lastAt ?? event.occurredAt, event.occurredAt),
  };
}
