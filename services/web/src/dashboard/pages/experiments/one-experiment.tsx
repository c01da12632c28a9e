import { useState, type JSX } from 'react';
import type { AsOf } from '../../api/client';
import { useRead } from '../../api/use-read';
import { useMay } from '../../app/session';
import { useParam } from '../../app/use-filters';
import { Answer } from '../../parts/answer';
import { Link } from '../../parts/link';
import { Shown } from '../../parts/states';
import { Arms } from './arms';
import { Change } from './change';
import { Decisions } from './decisions';
import { EditDefinition } from './definition/edit-definition';
import { EffectOverTime } from './effect-over-time';
import { Health } from './health';
import { MetricChoice } from './metric-choice';
import { ObservedExperiment } from './observed';
import type { Observed, Results } from './rows';
import { Segments } from './segments';
import { headline, lift, liftInterval, missingWords, primaryEffect, ranWords, sentence, stateWords } from './words';

const VIEWS = ['experiment-results', 'experiments'] as const;

/** One experiment: what to do, why, and whether it is sound. */
export function OneExperiment({ name }: { readonly name: string }): JSX.Element {
  const path = `experiments/${encodeURIComponent(name)}`;
  const [isDefined, setDefined] = useState(false);
  // Of one that is defined no more of this answer is shown: it need not be asked for again.
  const seen = useRead<Observed & { readonly as_of: AsOf }>(path, {}, { views: isDefined ? [] : VIEWS });
  const state = seen.result.data?.state ?? null;
  if (state !== null && !isDefined) setDefined(true);
  return (
    <>
      <p className="back">
        <Link to={['experiments']}>All experiments</Link>
      </p>
      <h2 className="thing">{name}</h2>
      {!isDefined ? (
        <Shown of={seen.result} what="the experiment">
          {(observed) => <ObservedExperiment observed={observed} address={seen.address} />}
        </Shown>
      ) : (
        <Defined path={path} />
      )}
    </>
  );
}

/** What the figures say, and what can be done about it. */
function Defined({ path }: { readonly path: string }): JSX.Element {
  const [metric, setMetric] = useParam('metric');
  const query = metric === '' ? {} : { metric };
  const { result } = useRead<Results & { readonly as_of: AsOf }>(`${path}/results`, query, { views: VIEWS });
  const mayAdminister = useMay('admin');
  return (
    <>
      <Shown of={result} what="the experiment">
        {(results) => (
          <>
            <p className="dim thing-facts">
              {stateWords(results.state)} {ranWords(results)}
            </p>
            <Headline results={results} />
            <div className="grid">
              <MetricChoice results={results} chosen={metric} choose={setMetric} />
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
      {result.error?.code === 'invalid_query' && metric !== '' && (
        <button type="button" onClick={() => setMetric('', 'replace')}>
          Show the primary metric
        </button>
      )}
    </>
  );
}

/** What was to be shown, and what the verdict rests on. */
function Why({ results: { hypothesis, decision } }: { readonly results: Results }): JSX.Element {
  const missing = missingWords(decision.missing);
  return (
    <>
      {hypothesis !== '' && <p>“{hypothesis}”</p>}
      {decision.reasons.length > 0 ? (
        <ul className="reasons" aria-label="Because">
          {decision.reasons.map((reason) => (
            <li key={reason}>{sentence(reason)}</li>
          ))}
        </ul>
      ) : (
        missing !== '' && <p>Missing for a winner: {missing}.</p>
      )}
    </>
  );
}

function Headline({ results }: { readonly results: Results }): JSX.Element {
  const primary = primaryEffect(results);
  return (
    <Answer so={<Why results={results} />}>
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
