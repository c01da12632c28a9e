import type { TextStore } from '../text-store';
import { uuid } from '../uuid';

/** Does the work if no other tab is at it; answers whether it was done. */
export type Lead = (work: () => Promise<void>) => Promise<boolean>;

const NAME = 'picly.lead';
const LEASE_MS = 20_000;

/** By Web Locks, where the browser has them: a tab that dies lets go. */
const byLock =
  (locks: LockManager): Lead =>
  async (work) => {
    let led = false;
    await locks.request(NAME, { ifAvailable: true }, async (lock) => {
      led = lock !== null;
      if (led) await work();
    });
    return led;
  };

/** By a lease in storage. Two tabs that take it at the same moment both send: what arrives twice counts once. */
export function byLease(store: TextStore, clock: () => number = Date.now): Lead {
  const own = uuid();
  return async (work) => {
    const [holder, until] = (store.get(NAME) ?? '').split(' ');
    if (holder !== own && Number(until) > clock()) return false;
    store.set(NAME, `${own} ${clock() + LEASE_MS}`);
    try {
      await work();
    } finally {
      store.remove(NAME);
    }
    return true;
  };
}

export function leadOf(store: TextStore): Lead {
  const locks = typeof navigator === 'undefined' ? undefined : (navigator as Partial<Navigator>).locks;
  return locks ? byLock(locks) : byLease(store);
}
