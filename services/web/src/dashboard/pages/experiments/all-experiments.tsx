import type { JSX } from 'react';
import type { List } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { useMay } from '../../app/session';
import { Answer } from '../../parts/answer';
import { Empty, Shown } from '../../parts/states';
import { NewExperiment } from './definition/new-experiment';
import type { ExperimentRow } from './rows';
import { verdictsWords } from './verdict-words';
import { useVerdicts, Verdicts } from './verdicts';

const VIEWS = ['experiments', 'experiment-results'] as const;
const NONE: readonly ExperimentRow[] = [];

export function AllExperiments(): JSX.Element {
  const mayAdminister = useMay('admin');
  const { result, address } = useRead<List<ExperimentRow>>('experiments', { limit: 200 }, { views: VIEWS });
  const verdicts = useVerdicts(result.data?.data ?? NONE);
  return (
    <>
      <Shown of={result} what="experiments">
        {({ data, as_of: asOf }) => (
          <>
            {data.length === 0 ? (
              <>
                <Answer>No experiment is defined, and nobody has taken part in one</Answer>
                <Empty title="No experiment yet">
                  Define one below, or let people see the arms of one: what to do with it would be here.
                </Empty>
              </>
            ) : (
              <>
                <Answer so="Open one to see why, whether it is sound, and for whom it works.">{verdictsWords(verdicts)}</Answer>
                <div className="grid">
                  <Verdicts verdicts={verdicts} asOf={asOf} address={address} />
                </div>
              </>
            )}
          </>
        )}
      </Shown>
      {mayAdminister && <NewExperiment />}
    </>
  );
}
