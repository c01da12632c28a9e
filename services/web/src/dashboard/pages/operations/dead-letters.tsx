import { useMemo, type JSX } from 'react';
import { useAct } from '../../api/use-act';
import { useFilters, useParam } from '../../app/use-filters';
import { count, counted } from '../../format/numbers';
import { instant } from '../../format/time';
import { Bars } from '../../parts/bars';
import { ConfirmButton } from '../../parts/confirm-button';
import type { Column } from '../../parts/data-table';
import { Panel } from '../../parts/panel';
import { Said } from '../../parts/said';
import { Empty } from '../../parts/states';
import { FixLetter } from './fix-letter';
import type { DeadLetter } from './rows';

interface DeadLettersProps {
  readonly letters: readonly DeadLetter[];
  readonly hasMore: boolean;
  readonly address: string;
}

/** Causes with how often each occurs, the most frequent first. */
function causesOf(letters: readonly DeadLetter[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { cause } of letters) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function columnsFor(tz: string, act: ReturnType<typeof useAct>): readonly Column<DeadLetter>[] {
  return [
    { id: 'id', label: 'Letter', value: (row) => row.id, numeric: true },
    { id: 'projection', label: 'View', value: (row) => row.projection },
    { id: 'cause', label: 'Cause', value: (row) => row.cause },
    { id: 'message', label: 'Says', value: (row) => row.message, wide: true },
    { id: 'event_id', label: 'Event', value: (row) => row.event_id },
    { id: 'place', label: 'Place', value: (row) => `${row.topic}/${row.partition} @ ${row.offset}` },
    { id: 'first_seen', label: 'Since', value: (row) => row.first_seen, show: (row) => instant(row.first_seen, tz) },
    { id: 'attempts', label: 'Tries', value: (row) => row.attempts, show: (row) => count(row.attempts), numeric: true },
    {
      id: 'act',
      label: 'Do',
      value: () => null,
      files: [],
      show: (row) => (
        <span className="actions">
          <button
            type="button"
            disabled={act.isPending}
            onClick={() => act.mutate({ path: `admin/dead-letters/${row.id}/replay`, method: 'POST' })}
          >
            Replay
          </button>
          <FixLetter letter={row} />
          <ConfirmButton
            label="Discard"
            danger
            question={`Leave event ${row.event_id ?? row.id} out of ${row.projection} for good?`}
            onConfirm={(form) =>
              act.mutate({ path: `admin/dead-letters/${row.id}/discard`, method: 'POST', body: { reason: form.get('reason') } })
            }
          >
            <label className="field">
              <span>Reason</span>
              <input name="reason" required maxLength={500} />
            </label>
          </ConfirmButton>
        </span>
      ),
    },
  ];
}

/** Events that could not be folded, and what to do about them. */
export function DeadLetters({ letters, hasMore, address }: DeadLettersProps): JSX.Element {
  const { filters } = useFilters();
  const [cause, setCause] = useParam('cause');
  const act = useAct('admin');
  const causes = useMemo(() => causesOf(letters), [letters]);
  if (letters.length === 0) {
    return (
      <section className="panel" aria-label="Dead letters">
        <Empty title="No dead letters">
          Every event was folded. Those that cannot be would be here with their cause, to be fixed, replayed or discarded.
        </Empty>
      </section>
    );
  }
  const shown = cause === '' ? letters : letters.filter((letter) => letter.cause === cause);
  const columns = columnsFor(filters.tz, act);
  return (
    <Panel
      id="dead-letters"
      title="Events that could not be folded, by cause"
      unit="events"
      n={`${hasMore ? 'the latest ' : ''}${counted(letters.length, 'letter')}`}
      asOf={undefined}
      columns={columns}
      rows={shown}
      rowKey={(row) => String(row.id)}
      apiAddress={address}
    >
      <Bars label="Letters by cause" bars={causes.map(([name, n]) => ({ name, value: n, shown: count(n), colour: 1 }))} />
      <div className="row-filters">
        <label className="field">
          <span>Cause</span>
          <select value={cause} onChange={({ target }) => setCause(target.value)}>
            <option value="">All causes</option>
            {causes.map(([name]) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <ConfirmButton
          label="Replay all"
          question="Fold every queue again, in its order? What still fails stays."
          onConfirm={() => act.mutate({ path: 'admin/dead-letters/replay', method: 'POST', body: cause === '' ? {} : { cause } })}
        />
      </div>
      <Said error={act.error} {...(act.isSuccess && { done: 'Done; what still fails is listed.' })} />
    </Panel>
  );
}
