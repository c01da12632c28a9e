import type { FormEvent, JSX } from 'react';
import type { List } from '../../api/rows';
import { useAct } from '../../api/use-act';
import { useRead } from '../../api/use-read';
import { useFilters } from '../../app/use-filters';
import { counted } from '../../format/numbers';
import { instant } from '../../format/time';
import type { Column } from '../../parts/data-table';
import { Link } from '../../parts/link';
import { Panel } from '../../parts/panel';
import { Said } from '../../parts/said';

/** An experiment as administrators defined it. */
interface Definition {
  readonly key: string;
  readonly revision: number;
  readonly state: string;
  readonly author: string;
  readonly changed_at: string;
}

const VIEWS = ['experiments'] as const;

/** What was defined, whether anybody takes part or not. */
export function Defined(): JSX.Element | null {
  const { filters } = useFilters();
  const { result, address } = useRead<List<Definition>>('admin/experiments', { limit: 200 }, { views: VIEWS });
  const rows = result.data?.data ?? [];
  if (rows.length === 0) return null;
  const columns: readonly Column<Definition>[] = [
    {
      id: 'key',
      label: 'Experiment',
      value: (row) => row.key,
      show: (row) => <Link to={['experiments', row.key]}>{row.key}</Link>,
      wide: true,
    },
    { id: 'state', label: 'State', value: (row) => row.state, show: (row) => row.state.replaceAll('_', ' ') },
    { id: 'revision', label: 'Revision', value: (row) => row.revision, numeric: true },
    { id: 'author', label: 'Changed by', value: (row) => row.author, wide: true },
    { id: 'changed_at', label: 'Changed', value: (row) => row.changed_at, show: (row) => instant(row.changed_at, filters.tz) },
  ];
  return (
    <Panel
      id="defined"
      title="Experiments that were defined"
      unit="latest revision of each"
      n={counted(rows.length, 'experiment')}
      asOf={result.data?.as_of}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.key}
      apiAddress={address}
    />
  );
}

/** The text of a field of a form. */
export function textOf(form: FormData, name: string): string {
  const given = form.get(name);
  return typeof given === 'string' ? given.trim() : '';
}

const words = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Defines an experiment; what else a definition may say is in the API. */
export function NewExperiment(): JSX.Element {
  const define = useAct<{ readonly key: string }>('admin/experiments');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    define.mutate({
      path: 'admin/experiments',
      method: 'POST',
      body: {
        key: textOf(form, 'key'),
        hypothesis: textOf(form, 'hypothesis'),
        arms: words(textOf(form, 'arms')).map((key) => ({ key })),
        primary_metric: textOf(form, 'metric'),
        guardrails: words(textOf(form, 'guardrails')).map((metric) => ({ metric })),
        reason: textOf(form, 'reason'),
      },
    });
  };
  return (
    <details className="panel define">
      <summary>Define an experiment</summary>
      <form onSubmit={submit}>
        <div className="row-filters">
          <label className="field">
            <span>Key</span>
            <input name="key" required maxLength={200} />
          </label>
          <label className="field">
            <span>Arms, the control first</span>
            <input name="arms" required defaultValue="control, treatment" />
          </label>
          <label className="field">
            <span>Primary metric</span>
            <input name="metric" required defaultValue="rated_high" />
          </label>
          <label className="field">
            <span>Guardrails</span>
            <input name="guardrails" defaultValue="failure_rate" />
          </label>
          <label className="field search">
            <span>Hypothesis</span>
            <input name="hypothesis" maxLength={2000} />
          </label>
          <label className="field">
            <span>Reason</span>
            <input name="reason" required maxLength={500} />
          </label>
          <button type="submit" disabled={define.isPending}>
            Define it as a draft
          </button>
        </div>
        <Said error={define.error} {...(define.data && { done: `${define.data.key} is a draft now: open it to start it.` })} />
      </form>
      <p className="dim">
        Metrics are rated_high, downloaded, shared, rating, quality, revenue and more, or converted:&lt;conversion&gt;. Targeting, weights,
        CUPED and the rest of a definition are in <a href="/docs">the API</a>.
      </p>
    </details>
  );
}
