import { useMemo, useState, type JSX } from 'react';
import { Icon } from '../parts/icon';
import { COMPARISONS, daysOf, RANGES, type Filters } from './filters';
import { useMinute } from './now';
import type { PageDefinition } from './page';
import { SavedViews } from './saved-views-menu';
import { useEngines } from './use-engines';
import { useFilters, type FilterState } from './use-filters';

const COMMON_ZONES = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Australia/Sydney',
];

function zonesFor(current: string): readonly string[] {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set(['UTC', here, current, ...COMMON_ZONES])];
}

/** The filters of a page, all of them in the address. */
export function FilterBar({ filters: shown }: { readonly filters: PageDefinition['filters'] }): JSX.Element {
  const state = useFilters();
  const { filters, change } = state;
  const zones = useMemo(() => zonesFor(filters.tz), [filters.tz]);
  return (
    <div className="filters" role="group" aria-label="Filters">
      {shown.includes('range') && <RangeChoice {...state} />}
      {shown.includes('compare') && (
        <label>
          <span>Compare with</span>
          <select
            value={filters.compare}
            onChange={({ target }) => change({ compare: COMPARISONS.find(({ id }) => id === target.value)?.id ?? 'previous' })}
          >
            {COMPARISONS.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
      )}
      {shown.includes('engine') && <EngineChoice {...state} />}
      <label>
        <span>Time zone</span>
        <select value={filters.tz} onChange={({ target }) => change({ tz: target.value })}>
          {zones.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      </label>
      <span className="filter-tools">
        <ShareLink />
        <SavedViews />
      </span>
    </div>
  );
}

function RangeChoice({ filters, change }: FilterState): JSX.Element {
  const now = useMinute();
  const days = daysOf(filters, now);
  const choose = (range: string): void => {
    const known = RANGES.find(({ id }) => id === range)?.id;
    change(known === undefined ? { range: 'custom', ...days } : { range: known });
  };
  const setDay = (which: 'first' | 'last', value: string): void => {
    const next: Filters = { ...filters, ...days, [which]: value };
    if (value !== '' && next.first <= next.last) change({ range: 'custom', first: next.first, last: next.last });
  };
  return (
    <>
      <label>
        <span>Time</span>
        <select value={filters.range} onChange={({ target }) => choose(target.value)}>
          {RANGES.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
          <option value="custom">From – to</option>
        </select>
      </label>
      {filters.range === 'custom' && (
        <>
          <label>
            <span>From</span>
            <input type="date" value={days.first} max={days.last} onChange={({ target }) => setDay('first', target.value)} />
          </label>
          <label>
            <span>To</span>
            <input type="date" value={days.last} min={days.first} onChange={({ target }) => setDay('last', target.value)} />
          </label>
        </>
      )}
    </>
  );
}

function EngineChoice({ filters, change }: FilterState): JSX.Element {
  const { names } = useEngines();
  const choices = names.includes(filters.engine) || filters.engine === '' ? names : [filters.engine, ...names];
  return (
    <label>
      <span>Engine</span>
      <select value={filters.engine} onChange={({ target }) => change({ engine: target.value })}>
        <option value="">All engines</option>
        {choices.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function ShareLink(): JSX.Element {
  const [word, setWord] = useState('Copy link');
  const copy = async (): Promise<void> => {
    const done = await navigator.clipboard?.writeText(window.location.href).then(
      () => true,
      () => false,
    );
    setWord(done ? 'Copied' : 'Copy it from the address bar');
    setTimeout(() => setWord('Copy link'), 2_000);
  };
  return (
    <button type="button" className="tool" onClick={() => void copy()}>
      <Icon name="link" /> <span role="status">{word}</span>
    </button>
  );
}
