import type { Privacy } from './privacy';
import type { Session } from './session';
import type { Tracker } from './tracker';

export interface BehaviorDeps {
  readonly tracker: Pick<Tracker, 'track'>;
  readonly privacy: Pick<Privacy, 'mayObserve'>;
  readonly session: Session;
}

const LONGEST_TEXT = 200;

/** Address of the page without what may be secret in it. */
const pageOf = ({ pathname }: Location): string => pathname.slice(0, 2_000);

const screenOf = (): Readonly<Record<string, unknown>> => ({
  screen_width: screen.width,
  screen_height: screen.height,
  viewport_width: innerWidth,
  viewport_height: innerHeight,
  pixel_ratio: devicePixelRatio,
  touch: navigator.maxTouchPoints > 0,
  language: navigator.language,
});

/** Seconds that the page was really looked at. */
class VisibleTime {
  private total = 0;
  private since = document.visibilityState === 'visible' ? performance.now() : undefined;

  changed(): void {
    if (this.since !== undefined) this.total += performance.now() - this.since;
    this.since = document.visibilityState === 'visible' ? performance.now() : undefined;
  }

  take(): number {
    this.changed();
    const seconds = Math.round(this.total / 100) / 10;
    this.total = 0;
    return seconds;
  }
}

/** Page views, time on page, marked clicks, and the device at the beginning of a visit. */
export class Behavior {
  private readonly time = new VisibleTime();
  private page: string | undefined;

  constructor(private readonly deps: BehaviorDeps) {}

  start(): void {
    this.view();
    addEventListener('popstate', () => this.view());
    this.afterPushState(() => this.view());
    addEventListener('pagehide', () => this.leave());
    document.addEventListener('visibilitychange', () => {
      this.time.changed();
      if (document.visibilityState === 'hidden') this.leave();
    });
    document.addEventListener('click', (event) => this.clicked(event), true);
  }

  /** Anything else that the page wants to tell. */
  track(action: string, details?: Readonly<Record<string, unknown>>, more?: Readonly<Record<string, unknown>>): void {
    if (!this.deps.privacy.mayObserve()) return;
    const { isNew } = this.deps.session.touch();
    if (isNew) this.deps.tracker.track('behavior', { action: 'session_start', page: pageOf(location), details: screenOf() });
    this.deps.tracker.track('behavior', { action, page: this.page ?? pageOf(location), ...(details && { details }), ...more });
  }

  /** A page of an application may change without a load. */
  private view(): void {
    const page = pageOf(location);
    if (page === this.page) return;
    this.leave();
    this.page = page;
    const referrer = document.referrer === '' ? undefined : new URL(document.referrer).origin;
    this.track('page_view', { title: document.title.slice(0, LONGEST_TEXT), ...(referrer !== undefined && { referrer }) });
  }

  private leave(): void {
    const seconds = this.time.take();
    if (this.page !== undefined && seconds > 0) this.track('time_on_page', undefined, { time: seconds });
  }

  private clicked(event: Event): void {
    const [target] = event.composedPath();
    const marked = target instanceof Element ? target.closest('[data-picly-track]') : null;
    if (!marked) return;
    const name = marked.getAttribute('data-picly-track') || (marked.textContent ?? '').trim().slice(0, LONGEST_TEXT) || marked.tagName;
    this.track('click', { target: name.slice(0, LONGEST_TEXT) });
  }

  private afterPushState(changed: () => void): void {
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name].bind(history);
      history[name] = (...all: Parameters<History['pushState']>) => {
        original(...all);
        changed();
      };
    }
  }
}
