import type { TextStore } from './text-store';
import { uuid } from './uuid';

const NAME = 'picly.session';
/** A visit ends after half an hour without a sign of life. */
const ENDS_AFTER_MS = 30 * 60_000;

/** The visit: one id in all tabs of the site. */
export class Session {
  private own: { readonly id: string; readonly at: number } | undefined;

  constructor(
    private readonly store: TextStore,
    private readonly options: { readonly mayStore: () => boolean; readonly clock: () => number },
  ) {}

  /** The id of the present visit, which goes on by being asked for; `isNew` when it begins with this call. */
  touch(): { readonly id: string; readonly isNew: boolean } {
    const now = this.options.clock();
    const known = this.read();
    const isAlive = known !== undefined && now - known.at < ENDS_AFTER_MS;
    const id = isAlive ? known.id : uuid();
    this.own = { id, at: now };
    if (this.options.mayStore()) this.store.set(NAME, `${id} ${now}`);
    return { id, isNew: !isAlive };
  }

  forget(): void {
    this.own = undefined;
    this.store.remove(NAME);
  }

  private read(): { readonly id: string; readonly at: number } | undefined {
    const [id, at] = (this.options.mayStore() ? this.store.get(NAME) : null)?.split(' ') ?? [];
    return id !== undefined && Number(at) > 0 ? { id, at: Number(at) } : this.own;
  }
}
