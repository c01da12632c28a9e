import type { ViewMovement } from './movement.queries';

/** Where every view stands, as one word that a browser sends back when it reconnects: `view:version:folded,...`. */
export function stampOf(views: readonly ViewMovement[]): string {
  return views.map(({ view, version, folded }) => `${view}:${version}:${folded}`).join(',');
}

const placeOf = ({ version, folded }: ViewMovement): string => `${version}:${folded}`;

/** The views that do not stand where the stamp says; all of them without one, or with one that is not ours. */
export function movedSince(stamp: string | undefined, views: readonly ViewMovement[]): readonly ViewMovement[] {
  const before = new Map(
    (stamp ?? '').split(',').map((part) => {
      const cut = part.indexOf(':');
      return [part.slice(0, cut), part.slice(cut + 1)] as const;
    }),
  );
  return views.filter((view) => before.get(view.view) !== placeOf(view));
}

/** A server-sent event that tells which views moved. */
export function movedEvent(moved: readonly ViewMovement[], all: readonly ViewMovement[], atMs: number): string {
  const views = Object.fromEntries(
    moved.map(({ view, version, folded, event_time: at }) => [view, { version, folded, event_time: at?.toISOString() ?? null }]),
  );
  return `id: ${stampOf(all)}\nevent: moved\ndata: ${JSON.stringify({ views, at: new Date(atMs).toISOString() })}\n\n`;
}
