import type { JSX } from 'react';
import type { List } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { Shown } from '../../parts/states';
import { Audits } from './audits';
import { DeadLetters } from './dead-letters';
import { Erasures } from './erasures';
import { Headline } from './headline';
import { Jobs } from './jobs';
import { Keys } from './keys';
import { Views } from './views';
import type { DeadLetter, Job, ViewStatus } from './rows';

const EVERY_MS = 2_000;

/** Is every number current and right? */
export default function Operations(): JSX.Element {
  const views = useRead<List<ViewStatus>>('admin/projections', {}, { views: [], everyMs: EVERY_MS });
  const letters = useRead<List<DeadLetter>>('admin/dead-letters', { limit: 200 }, { views: [], everyMs: 5 * EVERY_MS });
  const jobs = useRead<List<Job>>('admin/projections/jobs', { limit: 20 }, { views: [], everyMs: EVERY_MS });
  return (
    <Shown of={views.result} what="the state of the views">
      {({ data }) => (
        <>
          <Headline views={data} jobs={jobs.result.data?.data ?? []} />
          <div className="grid">
            <Views views={data} address={views.address} />
            <Shown of={jobs.result} what="rebuilds">
              {(list) => <Jobs jobs={list.data} address={jobs.address} />}
            </Shown>
            <Shown of={letters.result} what="dead letters">
              {(list) => <DeadLetters letters={list.data} hasMore={list.next_cursor !== null} address={letters.address} />}
            </Shown>
            <Audits />
            <Keys />
            <Erasures />
          </div>
        </>
      )}
    </Shown>
  );
}
