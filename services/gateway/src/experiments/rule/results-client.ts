import { ProblemError, type ServiceState } from '@picly/platform';

/** What the rule needs of the answer of the results call. */
export interface ResultsRead {
  readonly state: string;
  readonly revision: number;
  readonly figures_as_of: string;
  readonly decision: {
    readonly verdict: 'ship' | 'roll_back' | 'keep_running' | 'cannot_tell' | 'stop';
    readonly arm: string | null;
    readonly reasons: readonly string[];
  };
  readonly metrics: readonly { readonly role: string; readonly arms: readonly object[]; readonly comparisons: readonly object[] }[];
  readonly health: { readonly sample_ratio: object; readonly multiple_exposure: object };
  /** Next weights of a bandit; null in a test. */
  readonly bandit: { readonly weights: Readonly<Record<string, number>>; readonly reason: string | null } | null;
}

const TIMEOUT_MS = 20_000;

/** Asks this process's own door for results, wherever they are computed, with a key that only this process has. */
export class ResultsClient {
  constructor(
    private readonly state: Pick<ServiceState, 'url'>,
    private readonly ownKey: string,
  ) {}

  /** Throws `service_unavailable` when they cannot be had now. */
  async of(experiment: string): Promise<ResultsRead> {
    const { url } = this.state;
    if (url === undefined) throw new ProblemError('service_unavailable', { retryAfterSeconds: 1 });
    try {
      const response = await fetch(`${url}/api/analytics/experiments/${encodeURIComponent(experiment)}/results`, {
        headers: { authorization: `Bearer ${this.ownKey}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok) return (await response.json()) as ResultsRead;
      throw new Error(`the results call answered ${response.status}`);
    } catch (cause) {
      throw new ProblemError('service_unavailable', { detail: 'the results cannot be had now', retryAfterSeconds: 2, cause });
    }
  }
}
