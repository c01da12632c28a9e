import type { SubjectKind } from '@picly/contracts';

/** The person (or the visit, or the picture) whose key seals an event, by the name the sender gave. */
export interface SubjectId {
  readonly kind: SubjectKind;
  readonly id: string;
}

interface Addressed {
  /** The event's id: the subject of last resort, so that nothing personal is ever stored in clear. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Whose key an event needs: the user's, else the visit's, else the generation's, else one of its own. */
export function subjectOf({ id, data }: Addressed): SubjectId {
  const { user_id: user, session_id: session, generation_id: generation } = data;
  if (typeof user === 'string') return { kind: 'user', id: user };
  if (typeof session === 'string') return { kind: 'session', id: session };
  return { kind: 'generation', id: typeof generation === 'string' ? generation : id };
}

/** The row of a subject's key, and the key of the maps `PersonKeys.ensure` answers. */
export function subjectName({ kind, id }: SubjectId): string {
  return `${kind}:${id}`;
}
