import type { JSX, ReactNode } from 'react';
import { count, percent } from '../../format/numbers';
import type { Results } from './rows';
import { alarmsOf } from './words';

function Check({ alarm, name, children }: { readonly alarm: boolean; readonly name: string; readonly children: ReactNode }): JSX.Element {
  return (
    <li>
      <strong className={alarm ? 'status-bad' : 'status-good'}>
        <span aria-hidden="true">{alarm ? '!' : '✓'}</span> {name}: {alarm ? 'alarm' : 'sound'}
      </strong>
      <p className="dim">{children}</p>
    </li>
  );
}

/** Whether the experiment itself can be trusted. */
export function Health({ results: { health, decision } }: { readonly results: Results }): JSX.Element {
  const { sample_ratio: split, multiple_exposure: several, stray_exposures: stray } = health;
  const alarms = alarmsOf(health);
  const all = split.arms.reduce((sum, { n }) => sum + n, 0);
  const harmed = decision.guardrails.flatMap(({ arm, harmed: metrics }) => metrics.map((metric) => `${metric} in ${arm}`));
  return (
    <section className="panel third" aria-label="Health">
      <h2>Whether the experiment is sound</h2>
      <ul className="steps-list">
        <Check alarm={alarms.split} name="Split">
          {split.arms
            .map(
              ({ arm, n, expected_share: share }) =>
                `${arm} ${count(n)}${all > 0 ? `, ${percent(n / all)}` : ''} (${percent(share)} expected)`,
            )
            .join('; ')}
          ; p at any time {split.p_any_time.toPrecision(2)}
        </Check>
        <Check alarm={alarms.several} name="One arm each">
          {count(several.units)} people saw several arms and are left out
        </Check>
        <Check alarm={alarms.stray} name="Exposures">
          {count(stray.unknown_arm)} of unknown arms, {count(stray.while_not_running)} while it did not run
        </Check>
        <Check alarm={alarms.balance} name="Balance">
          {alarms.balance ? 'The arms differed before they were told apart' : 'The arms were alike before they were told apart'}
        </Check>
        <Check alarm={harmed.length > 0} name="Guardrails">
          {decision.guardrails.length === 0 ? 'None was set' : harmed.length === 0 ? 'None is harmed' : harmed.join(', ')}
        </Check>
      </ul>
    </section>
  );
}
