/** GET /api/analytics/experiments. */
export interface ExperimentRow {
  readonly experiment: string;
  readonly first_exposure_at: string | null;
  readonly last_exposure_at: string | null;
  readonly exposures: number;
  readonly units: number;
  readonly arms: readonly string[];
  readonly conversions: number;
  /** Null when nobody has defined it. */
  readonly state: Results['state'] | null;
  readonly primary_metric: string | null;
}

/** An experiment that nobody has defined: what its exposures tell. */
export interface Observed extends ExperimentRow {
  readonly by_arm: readonly {
    readonly arm: string;
    readonly units: number;
    readonly metrics: readonly { readonly metric: string; readonly converted_units: number; readonly conversion_rate: number }[];
  }[];
}

/** Both ends; an open one is null. */
export type Interval = readonly [number | null, number | null];

export interface Effect {
  readonly effect: number;
  readonly interval: Interval;
  readonly p: number;
  readonly n: readonly number[];
  readonly method: string;
  readonly reason: string | null;
  readonly p_adjusted?: number;
}

export interface Arm {
  readonly arm: string;
  readonly n: number;
  readonly value: number | null;
}

export interface ArmComparison {
  readonly arm: string;
  readonly relative: Effect;
  readonly bayesian: { readonly chance_to_win: number } | null;
}

export interface Metric {
  readonly metric: string;
  readonly type: string;
  readonly role: string;
  readonly arms: readonly Arm[];
  readonly comparisons: readonly ArmComparison[];
}

export type Verdict = 'ship' | 'roll_back' | 'keep_running' | 'cannot_tell' | 'stop';

export interface Segment {
  readonly segment: string;
  readonly arms: readonly Arm[];
  readonly comparisons: readonly ({ readonly arm: string } & Effect)[];
}

/** GET /api/analytics/experiments/{key}/results?metric=, as far as the page shows it. */
export interface Results {
  readonly key: string;
  readonly state: 'draft' | 'running' | 'paused' | 'stopped' | 'shipped' | 'rolled_back';
  readonly revision: number;
  readonly hypothesis: string;
  readonly figures_as_of: string;
  readonly first_exposure_at: string | null;
  readonly run_hours: number;
  readonly decision: {
    readonly verdict: Verdict;
    readonly arm: string | null;
    readonly reasons: readonly string[];
    readonly missing: readonly string[];
    readonly guardrails: readonly { readonly arm: string; readonly harmed: readonly string[]; readonly unclear: readonly string[] }[];
  };
  readonly metrics: readonly Metric[];
  readonly health: {
    readonly sample_ratio: {
      readonly arms: readonly { readonly arm: string; readonly n: number; readonly expected_share: number }[];
      readonly p_any_time: number;
      readonly alarm: boolean;
    };
    readonly multiple_exposure: { readonly units: number; readonly share: number; readonly alarm: boolean };
    readonly stray_exposures: { readonly unknown_arm: number; readonly while_not_running: number };
    readonly balance: { readonly alarm: boolean };
  };
  readonly forecast: { readonly units_needed: number | null; readonly hours_needed: number | null; readonly effect: number | null } | null;
  readonly segments: readonly {
    readonly dimension: string;
    readonly segments: readonly Segment[];
    readonly warnings: readonly { readonly message: string }[];
  }[];
  readonly series: {
    readonly grain: 'hour' | 'day';
    readonly metric: string;
    readonly points: readonly {
      readonly at: string;
      readonly arms: readonly {
        readonly arm: string;
        readonly n: number;
        readonly effect: number | null;
        readonly interval: Interval | null;
      }[];
    }[];
  };
  readonly decisions: readonly {
    readonly verdict: Verdict;
    readonly arm: string | null;
    readonly reasons: readonly string[];
    readonly decided_at: string;
    readonly acted: boolean;
  }[];
}
