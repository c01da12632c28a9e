import { Asking, type Permission } from './asking';
import { Behavior } from './behavior';
import { Card } from './card/card';
import { EventQueue } from './delivery/event-queue';
import { leadOf } from './delivery/lead';
import { Sender } from './delivery/sender';
import { Transport } from './delivery/transport';
import { Experiments } from './experiments';
import { showFavorites } from './favorites';
import type { WidgetOptions } from './options';
import { Privacy, type Signals } from './privacy';
import { Reads, type PromptSuggestion } from './reads';
import { Session } from './session';
import { loadLanguage, nearest, type Language } from './texts/texts';
import { pageStore, type TextStore } from './text-store';
import { Tracker } from './tracker';

/** What people do with a picture. */
export type GenerationAction = 'download' | 'share' | 'edit' | 'regenerate' | 'use';

/**
 * What the page gives for a rating, in words such as "+5 credits" or the name of a badge; called when somebody is done, after the rating was
 * told. Nothing is shown for undefined.
 */
export type Reward = (rated: {
  readonly generation_id: string;
  readonly rating: number;
}) => string | undefined | Promise<string | undefined>;

export interface ShowOptions {
  /** Ask although it was asked before: for a button "rate again". The later rating replaces the earlier one. */
  readonly again?: boolean;
}

interface Opening {
  readonly generationId: string;
  readonly imageUrl: string | undefined;
  readonly language: Language;
  readonly permission: Permission;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ACTIONS: readonly string[] = ['download', 'share', 'edit', 'regenerate', 'use'];

const LONGEST_REWARD = 120;

const warn = (message: string): void => console.warn(`picly: ${message}`);

function signals(): Signals {
  const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { readonly globalPrivacyControl?: boolean };
  return { doNotTrack, ...(globalPrivacyControl !== undefined && { globalPrivacyControl }) };
}

/** Ratings, actions, suggestions, experiments and behavior of one page. None of its methods throws into the page. */
export class RatingSystem {
  private language: Promise<Language> | undefined;
  private readonly styleUrl: string;
  private readonly privacy: Privacy;
  private readonly session: Session;
  private readonly sender: Sender;
  private readonly tracker: Tracker;
  private readonly behavior: Behavior;
  private readonly reads: Reads;
  private readonly experiments: Experiments;
  private readonly asking: Asking;
  private user: string | undefined;
  private card: Card | undefined;
  private reward: Reward | undefined;

  constructor(
    private readonly options: WidgetOptions,
    store: TextStore = pageStore(),
  ) {
    const { endpoint, key } = options;
    this.user = options.user;
    this.styleUrl = `${endpoint}/static/rating-system.css`;
    const privacy = new Privacy(store, options.consent === 'required', signals());
    const mayStore = (): boolean => privacy.maySend();
    const queue = new EventQueue(store);
    this.privacy = privacy;
    this.session = new Session(store, { mayStore: () => privacy.mayObserve(), clock: Date.now });
    this.sender = new Sender({ queue, transport: new Transport({ endpoint, key }), lead: leadOf(store), warn, later: pageTimer });
    this.tracker = new Tracker({ queue, sender: this.sender, privacy, session: this.session, user: () => this.user });
    this.behavior = new Behavior({ tracker: this.tracker, privacy, session: this.session });
    this.reads = new Reads(options.reads, warn);
    this.asking = new Asking({ endpoint, key, store, mayStore });
    this.experiments = new Experiments({
      endpoint,
      key,
      store,
      mayStore,
      unit: () => this.user ?? this.session.touch().id,
      onExposed: (experiment, variant) =>
        void this.tracker.track('exposure', { experiment, variant, user_id: this.user ?? this.session.touch().id }),
    });
  }

  /** Begins to watch over the page; called once. */
  start(): void {
    // Before the listeners below: what it tells while the page goes has to be among what is sent then.
    if (this.options.behavior) this.behavior.start();
    addEventListener('online', () => void this.sender.kick());
    addEventListener('pagehide', () => this.leave());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && this.leave());
    if (this.privacy.maySend()) void this.sender.kick();
    for (const host of document.querySelectorAll<HTMLElement>('[data-picly-favorites]')) void this.showFavorites(host);
  }

  /**
   * Asks for a rating of a generation, once, unless the person has been asked too often. Resolves to whether the card was shown.
   */
  async showRatingModal(generationId: string, imageUrl?: string, { again = false }: ShowOptions = {}): Promise<boolean> {
    if (!UUID.test(generationId)) {
      warn(`showRatingModal: ${String(generationId)} is not the id of a generation (a UUID)`);
      return false;
    }
    if (!this.mayShow(generationId, again)) return false;
    await waited(this.options.delaySeconds);
    const permission = again || !this.privacy.maySend() ? { ask: true } : await this.askServer(generationId);
    const language = await this.texts();
    // Another call may have come first meanwhile.
    if (!permission.ask || !this.mayShow(generationId, again)) return false;
    this.asking.remember(generationId);
    this.open({ generationId, imageUrl, language, permission });
    return true;
  }

  /** Tells what somebody did with a generation. Answers the id of the event; undefined when it is not one. */
  trackAction(generationId: string, action: GenerationAction, details?: Readonly<Record<string, unknown>>): string | undefined {
    if (UUID.test(generationId) && ACTIONS.includes(action)) {
      return this.tracker.track('action', { generation_id: generationId, action, ...(details && { details }) });
    }
    warn(`trackAction: ${String(generationId)}, ${String(action)} is not a generation and one of ${ACTIONS.join(', ')}`);
    return undefined;
  }

  /** Prompts that people liked; an empty list when they cannot be had. */
  getPromptSuggestions(engine?: string, limit = 5): Promise<PromptSuggestion[]> {
    return this.reads.suggestions(engine, limit);
  }

  /** The arm of this visitor in an experiment, null outside of it; the exposure is told once. */
  variant(experiment: string, attributes?: Readonly<Record<string, string | number | boolean>>): Promise<string | null> {
    return this.experiments.variant(experiment, attributes);
  }

  /** Tells behavior of the page's own; nothing without `data-behavior`, consent, or against a signal of the browser. */
  track(action: string, details?: Readonly<Record<string, unknown>>): void {
    if (this.options.behavior) this.behavior.track(action, details);
  }

  /** Tells that something was reached: a purchase, a sign-up. */
  convert(metric: string, value?: number, experiment?: string): string | undefined {
    const unit = this.user ?? this.session.touch().id;
    return this.tracker.track('conversion', {
      metric,
      user_id: unit,
      ...(value !== undefined && { value }),
      ...(experiment !== undefined && { experiment }),
    });
  }

  /** Who is there; undefined after a sign-out. */
  setUser(user: string | undefined): void {
    this.user = user || undefined;
  }

  /** Has the thanks say what a rating is rewarded with. */
  rewardWith(reward: Reward | undefined): void {
    this.reward = reward;
  }

  consent(granted: boolean): void {
    this.tracker.consent(granted);
  }

  /** Nothing is kept, nothing is sent, until `optIn`. */
  optOut(): void {
    this.tracker.optOut(true);
    this.card?.close();
  }

  optIn(): void {
    this.tracker.optOut(false);
  }

  async showFavorites(host: HTMLElement): Promise<void> {
    const { reads, styleUrl } = this;
    await showFavorites(host, { reads, language: await this.texts(), styleUrl, theme: this.options.theme });
  }

  /** Sends what waits, now. */
  flush(): Promise<void> {
    return this.sender.kick();
  }

  private askServer(generationId: string): Promise<Permission> {
    return this.asking.permission({ generation_id: generationId, user_id: this.user, session_id: this.session.touch().id });
  }

  private mayShow(generationId: string, again: boolean): boolean {
    return !this.card && !this.privacy.hasOptedOut() && (again || !this.asking.isAsked(generationId));
  }

  private texts(): Promise<Language> {
    return (this.language ??= loadLanguage(nearest(this.options.locale), this.options.endpoint));
  }

  private open({ generationId, imageUrl, language, permission }: Opening): void {
    const { theme, tags, questions } = this.options;
    this.card = new Card({
      language,
      theme,
      tags,
      questions,
      styleUrl: this.styleUrl,
      imageUrl,
      onRating: (rating) => void this.tracker.track('rate', { generation_id: generationId, ...rating }),
      onClose: (rated) => {
        this.card = undefined;
        if (!rated) this.track('rating_dismissed', { generation_id: generationId });
      },
      liked: permission.liked,
      isOnline: () => navigator.onLine,
      reward: (rating) => this.rewardFor(generationId, rating),
    });
    this.card.open();
  }

  private async rewardFor(generation_id: string, rating: number): Promise<string | undefined> {
    try {
      const text = await this.reward?.({ generation_id, rating });
      return typeof text === 'string' && text !== '' ? text.slice(0, LONGEST_REWARD) : undefined;
    } catch (error) {
      warn(`the reward of a rating could not be told: ${String(error)}`);
      return undefined;
    }
  }

  private leave(): void {
    this.card?.tell();
    if (this.privacy.maySend()) this.sender.leave();
  }
}

const waited = (seconds: number): Promise<void> | undefined =>
  seconds > 0 ? new Promise((resolve) => setTimeout(resolve, seconds * 1_000)) : undefined;

function pageTimer(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
