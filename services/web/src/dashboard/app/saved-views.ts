/** A place of the dashboard under a name. */
export interface SavedView {
  readonly name: string;
  /** Path and query below this origin. */
  readonly address: string;
}

const KEY = 'picly.saved-views';
const MOST = 50;

const isView = (value: unknown): value is SavedView =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'address' in value &&
  typeof value.address === 'string' &&
  // Nothing that storage says leads anywhere else.
  /^\/analytics(\/|\?|$)/.test(value.address);

/** What was saved in this browser; nothing where storage is forbidden or holds something else. */
export function readViews(storage: Pick<Storage, 'getItem'>): readonly SavedView[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isView).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Answers whether it was kept. */
export function writeViews(storage: Pick<Storage, 'setItem'>, views: readonly SavedView[]): boolean {
  try {
    storage.setItem(KEY, JSON.stringify(views.slice(0, MOST)));
    return true;
  } catch {
    return false;
  }
}

/** A view of the same name is replaced; the latest comes first. */
export const withView = (views: readonly SavedView[], view: SavedView): readonly SavedView[] => [
  view,
  ...views.filter(({ name }) => name !== view.name),
];
