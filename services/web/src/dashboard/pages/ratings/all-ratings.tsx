import { useMemo, type JSX } from 'react';
import type { List, RatingSummaryRow } from '../../api/rows';
import { useRead } from '../../api/use-read';
import { filterQuery } from '../../app/filters';
import { useMinute } from '../../app/now';
import { useFilters } from '../../app/use-filters';
import { count, interval, percent } from '../../format/numbers';
import { Answer } from '../../parts/answer';
import { Link } from '../../parts/link';
import { Empty, Shown } from '../../parts/states';
import { Distribution } from './distribution';
import { Feedback } from './feedback';
import { Tags } from './tags';
import { TimeToRate } from './time-to-rate';

const VIEWS = ['prompt-analytics'] as const;

export function AllRatings(): JSX.Element {
  const { filters } = useFilters();
  const now = useMinute();
  const query = useMemo(() => filterQuery(filters, now), [filters, now]);
  const total = useRead<List<RatingSummaryRow>>('ratings/summary', query, { views: VIEWS });
  const tags = useRead<List<RatingSummaryRow>>('ratings/summary', { ...query, group_by: 'tag' }, { views: VIEWS });
  return (
    <Shown of={total.result} what="ratings">
      {({ data: [all], as_of: asOf }) =>
        all === undefined || all.count === 0 ? (
          <Empty title="Nobody rated in this time">
            <p>Stars, tags and what people wrote would be here.</p>
            <Link to={['start']}>How to send the first event</Link>
          </Empty>
        ) : (
          <>
            <Headline all={all} tags={tags.result.data?.data ?? []} />
            <div className="grid">
              <div className="half column">
                <Distribution all={all} asOf={asOf} address={total.address} />
                <Shown of={tags.result} what="tags">
                  {(list) => <Tags rows={list.data} asOf={list.as_of} address={tags.address} />}
                </Shown>
                <TimeToRate query={query} />
              </div>
              <Feedback query={query} />
            </div>
          </>
        )
      }
    </Shown>
  );
}

function Headline({ all, tags }: { readonly all: RatingSummaryRow; readonly tags: readonly RatingSummaryRow[] }): JSX.Element {
  const complaint = [...tags].sort((a, b) => b.low_count - a.low_count)[0];
  const isKnown = complaint !== undefined && complaint.low_count > 0;
  return (
    <Answer
      so={
        isKnown
          ? `Of ${count(all.low_count)} low ratings, ${count(complaint.low_count)} carry the tag ${complaint.tag ?? ''}: more than any other. What people wrote is below; start with the low ones.`
          : `${count(all.low_count)} low ratings, none of them with a tag. What people wrote is below.`
      }
    >
      {percent(all.low_rate)} of ratings are low{' '}
      <span className="soft">
        (1 or 2 stars, <span className="nowrap">{interval(all.low_lower, all.low_upper)}</span>, n = {count(all.count)})
      </span>
      {isKnown && <>, most often about {complaint.tag}</>}
    </Answer>
  );
}
