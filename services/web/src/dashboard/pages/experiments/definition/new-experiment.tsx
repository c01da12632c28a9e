import { useState, type JSX } from 'react';
import { useAct } from '../../../api/use-act';
import { problemsAt, type Draft } from './draft';
import { DefinitionForm, reasonOf } from './definition-form';

const BEGINNING: Draft = {
  '/arms/0/key': 'control',
  '/arms/1/key': 'treatment',
  '/primary_metric': 'rated_high',
  '/guardrails/0/metric': 'failure_rate',
};

/** Defines an experiment. */
export function NewExperiment(): JSX.Element {
  const define = useAct<{ readonly key: string }>('experiments');
  const [key, setKey] = useState('');
  const wrong = problemsAt(define.error?.errors ?? [], '/key');
  return (
    <details className="panel define">
      <summary>Define an experiment</summary>
      <DefinitionForm
        initial={BEGINNING}
        error={define.error}
        busy={define.isPending}
        label="Define it as a draft"
        {...(define.data && { done: `${define.data.key} is a draft now: open it to start it.` })}
        send={(definition, form) =>
          define.mutate({ path: 'admin/experiments', method: 'POST', body: { key, ...definition, ...reasonOf(form) } })
        }
      >
        <div className="field">
          <label htmlFor="new-experiment">Key</label>
          <input
            id="new-experiment"
            name="key"
            required
            maxLength={200}
            value={key}
            onChange={({ target }) => setKey(target.value.trimStart())}
            aria-invalid={wrong.length > 0}
            aria-describedby="new-experiment-about"
          />
          <small id="new-experiment-about" className={wrong.length > 0 ? 'problem' : 'dim'}>
            {wrong.length > 0 ? wrong.join('; ') : 'as exposures name it'}
          </small>
        </div>
      </DefinitionForm>
    </details>
  );
}
