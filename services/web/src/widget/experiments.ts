import { assignFrom, stickyKey, type Assignment, type Attributes, type ExperimentDefinitions } from '@picly/assignment';
import type { TextStore } from './text-store';
import { within } from './within';

export interface ExperimentsDeps {
  readonly endpoint: string;
  readonly key: string | undefined;
  readonly store: TextStore;
  readonly mayStore: () => boolean;
  /** The person, or the visit of somebody unknown. */
  readonly unit: () => string;
  readonly onExposed: (experiment: string, arm: string) => void;
}

const DOCUMENT = 'picly.experiments';
const STICKY = 'picly.sticky';
const FRESH_MS = 60_000;
const PATIENCE_MS = 3_000;

interface Kept {
  readonly etag: string | null;
  readonly document: ExperimentDefinitions;
}

function parsed<T>(text: string | null): T | undefined {
  try {
    return (JSON.parse(text ?? 'null') as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

const isDocument = (value: unknown): value is ExperimentDefinitions =>
  typeof value === 'object' && value !== null && 'experiments' in value && Array.isArray(value.experiments);

/** Arms by the definitions of the server, also while it cannot be reached; each exposure is told once. */
export class Experiments {
  private kept: Kept | undefined;
  private sticky: Record<string, string> = {};
  private loadedAt = Number.NEGATIVE_INFINITY;
  private loading: Promise<void> | undefined;

  constructor(private readonly deps: ExperimentsDeps) {
    if (!deps.mayStore()) return;
    this.kept = parsed<Kept>(deps.store.get(DOCUMENT));
    this.sticky = parsed<Record<string, string>>(deps.store.get(STICKY)) ?? {};
  }

  /** The arm of this visitor; null when it is not in the experiment. `?picly-variant=key:arm` forces one for testing. */
  async variant(experiment: string, attributes: Attributes = {}): Promise<string | null> {
    await this.refresh();
    const document = this.kept?.document;
    if (!document) return null;
    const unit = this.deps.unit();
    const forced = forcedArm(experiment);
    const version = document.experiments.find(({ key }) => key === experiment)?.bucketVersion;
    const name = `${unit} ${stickyKey(experiment, version)}`;
    const before = this.sticky[name];
    const assignment = assignFrom(document, { experiment, unit }, attributes, {
      ...(before !== undefined && { sticky: before }),
      ...(forced !== undefined && { forced }),
    });
    this.remember(name, experiment, assignment);
    return assignment.arm;
  }

  /** An exposure counts once per unit and version, so it is told once; told twice it would still count once. */
  private remember(name: string, experiment: string, { arm, reason }: Assignment): void {
    if (arm === null || reason !== 'assigned') return;
    this.sticky[name] = arm;
    if (this.deps.mayStore()) this.deps.store.set(STICKY, JSON.stringify(this.sticky));
    this.deps.onExposed(experiment, arm);
  }

  private refresh(): Promise<void> {
    if (performance.now() - this.loadedAt < FRESH_MS) return Promise.resolve();
    return (this.loading ??= this.load().finally(() => (this.loading = undefined)));
  }

  private async load(): Promise<void> {
    try {
      await within(PATIENCE_MS, (signal) => this.fetchDocument(signal));
    } catch {
      // Offline: what is kept goes on being right.
    }
  }

  private async fetchDocument(signal: AbortSignal): Promise<void> {
    const { endpoint, key, store } = this.deps;
    const headers = {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(this.kept?.etag && { 'if-none-match': this.kept.etag }),
    };
    const response = await fetch(`${endpoint}/api/analytics/experiments/definitions`, { headers, credentials: 'omit', signal });
    if (response.status !== 200 && response.status !== 304) return;
    this.loadedAt = performance.now();
    const document: unknown = response.status === 200 ? await response.json() : undefined;
    if (!isDocument(document)) return;
    this.kept = { etag: response.headers.get('etag'), document };
    if (this.deps.mayStore()) store.set(DOCUMENT, JSON.stringify(this.kept));
  }
}

function forcedArm(experiment: string): string | undefined {
  const forced = new URLSearchParams(location.search).getAll('picly-variant').find((one) => one.startsWith(`${experiment}:`));
  return forced?.slice(experiment.length + 1);
}
