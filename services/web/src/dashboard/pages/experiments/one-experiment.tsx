import type { JSX } from 'react';
import type { AsOf } from '../../api/client';
import { useRead } from '../../api/use-read';
import { useMay } from '../../app/session';
import { Answer } from '../../parts/answer';
import { Link } from '../../parts/link';
import { Shown } from '../../parts/states';
import { Arms } from './arms';
import { Change } from './change';
import { Decisions } from './decisions';
import { EditDefinition } from './definition/edit-definition';
import { EffectOverTime } from './effect-over-time';
import { Health } from './health';
import { ObservedExperiment } from './observed';
import type { Results } from './rows';
import { Segments } from './segments';
import { headline, lift, liftInterval, missingWords, primaryEffect } from './words';

const VIEWS = ['experiment-results', 'experiments'] as const;

/** One experiment: what to do, why, and whether it is sound. */
export function OneExperiment({ name }: { readonly name: string }): JSX.Element {
  const { result } = useRead<Results & { readonly as_of: AsOf }>(`experiments/${encodeURIComponent(name)}/results`, {}, { views: VIEWS });
  const mayAdminister = useMay('admin');
  const isUndefined = result.error?.status === 404;
  return (
    <>
      <p className="back">
        <Link to={['experiments']}>All experiments</Link>
      </p>
      {isUndefined ? (
        <ObservedExperiment name={name} />
      ) : (
        <Shown of={result} what="the experiment">
          {(results) => (
            <>
              <Headline results={results} />
              <div className="grid">
                <EffectOverTime results={results} asOf={results.as_of} />
                <Health results={results} />
                <Arms results={results} asOf={results.as_of} />
                <Segments results={results} asOf={results.as_of} />
                <Decisions results={results} asOf={results.as_of} />
                {mayAdminister && <Change results={results} />}
              </div>
              {mayAdminister && <EditDefinition key={results.key} name={results.key} />}
            </>
          )}
        </Shown>
      )}
    </>
  );
}

function Headline({ results }: { readonly results: Results }): JSX.Element {
  const primary = primaryEffect(results);
  const missing = missingWords(results.decision.missing);
  return (
    <Answer
      so={
        <>
          {results.hypothesis !== '' && <>“{results.hypothesis}” </>}
          {results.decision.reasons.length > 0 && `${results.decision.reasons.join('; ')}.`}
          {missing !== '' && ` Missing for a winner: ${missing}.`}
        </>
      }
    >
      {headline(results)}
      {primary && (
        <span className="soft">
          {' '}
          ({primary.arm}: {lift(primary.effect.effect)}, {liftInterval(primary.effect.interval)}, always valid)
        </span>
      )}
    </Answer>
  );
}
