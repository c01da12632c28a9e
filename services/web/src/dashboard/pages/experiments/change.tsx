import type { JSX } from 'react';
import { useAct } from '../../api/use-act';
import { ConfirmButton } from '../../parts/confirm-button';
import { Said } from '../../parts/said';
import { textOf } from '../../parts/form-text';
import type { Results } from './rows';
import { stateWords } from './words';

type State = Results['state'];

const NEXT: Readonly<Record<State, readonly State[]>> = {
  draft: ['running'],
  running: ['paused', 'stopped', 'shipped', 'rolled_back'],
  paused: ['running', 'stopped', 'shipped', 'rolled_back'],
  stopped: ['shipped', 'rolled_back'],
  shipped: ['rolled_back'],
  rolled_back: [],
};
const LABELS: Readonly<Record<State, string>> = {
  draft: 'Draft',
  running: 'Run it',
  paused: 'Pause it',
  stopped: 'Stop it',
  shipped: 'Ship an arm',
  rolled_back: 'Roll it back',
};

/** Changes the state of the experiment; who did it and why is kept. */
export function Change({ results: { key, state, revision, metrics } }: { readonly results: Results }): JSX.Element {
  const act = useAct('experiments');
  const arms = metrics[0]?.arms.map(({ arm }) => arm) ?? [];
  const change = (to: State, form: FormData): void =>
    act.mutate({
      path: `admin/experiments/${encodeURIComponent(key)}/state`,
      method: 'POST',
      body: { state: to, revision, reason: textOf(form, 'reason'), ...(to === 'shipped' && { arm: textOf(form, 'arm') }) },
    });
  return (
    <section className="panel" aria-label="Change">
      <h2>
        Change its state (now {stateWords(state)}, revision {revision})
      </h2>
      <div className="actions">
        {NEXT[state].map((to) => (
          <ConfirmButton
            key={to}
            label={LABELS[to]}
            question={`${LABELS[to]}? The change is kept with its author and its reason.`}
            onConfirm={(form) => change(to, form)}
          >
            {to === 'shipped' && (
              <label className="field">
                <span>Arm</span>
                <select name="arm">
                  {arms.map((arm) => (
                    <option key={arm}>{arm}</option>
                  ))}
                </select>
              </label>
            )}
            <label className="field">
              <span>Reason</span>
              <input name="reason" required maxLength={500} />
            </label>
          </ConfirmButton>
        ))}
      </div>
      <Said error={act.error} {...(act.isSuccess && { done: 'Changed.' })} />
    </section>
  );
}
