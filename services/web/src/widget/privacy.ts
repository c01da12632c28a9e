import type { TextStore } from './text-store';

const REFUSED = 'picly.optout';
const GRANTED = 'picly.consent';

/** Signals of the browser. */
export interface Signals {
  readonly doNotTrack?: string | null;
  readonly globalPrivacyControl?: boolean;
}

/** What this visitor allows. */
export class Privacy {
  private granted: boolean;

  constructor(
    private readonly store: TextStore,
    private readonly isConsentRequired: boolean,
    private readonly signals: Signals,
  ) {
    this.granted = !isConsentRequired || store.get(GRANTED) === '1';
  }

  /** Whether anything may be stored or sent. */
  maySend(): boolean {
    return this.granted && !this.hasOptedOut();
  }

  /** Whether the visit may be watched: never against a signal of the browser. */
  mayObserve(): boolean {
    const { doNotTrack, globalPrivacyControl } = this.signals;
    return this.maySend() && doNotTrack !== '1' && globalPrivacyControl !== true;
  }

  hasOptedOut(): boolean {
    return this.store.get(REFUSED) === '1';
  }

  grant(granted: boolean): void {
    this.granted = granted;
    if (!this.isConsentRequired) return;
    if (granted) this.store.set(GRANTED, '1');
    else this.store.remove(GRANTED);
  }

  /** The wish itself has to be remembered. */
  optOut(out: boolean): void {
    if (out) this.store.set(REFUSED, '1');
    else this.store.remove(REFUSED);
  }
}
