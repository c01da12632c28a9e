import type { PromptRow } from '../../api/rows';
import { count, interval, percent, points, stars } from '../../format/numbers';
import type { Column } from '../../parts/data-table';
import { IntervalBar } from '../../parts/interval-bar';
import { Link } from '../../parts/link';
import { SparkBars } from '../../parts/spark-bars';

export const PROMPT: Column<PromptRow> = {
  id: 'prompt',
  label: 'Prompt',
  value: (row) => row.prompt,
  show: (row) => <Link to={['prompts', row.prompt_hash]}>{row.prompt === '' ? '(empty)' : row.prompt}</Link>,
  wide: true,
};

const SUCCESS_AIM = 0.7;

export const FIGURES: readonly Column<PromptRow>[] = [
  {
    id: 'success_upper',
    label: 'Success with its interval',
    value: (row) => row.success_upper,
    show: (row) => (
      <IntervalBar
        value={row.success_rate}
        low={row.success_lower}
        high={row.success_upper}
        domain={[0, 1]}
        colour={0}
        mark={SUCCESS_AIM}
        label={`success ${percent(row.success_rate)} (${interval(row.success_lower, row.success_upper)})`}
      />
    ),
  },
  { id: 'success_lower', label: 'At least', value: (row) => row.success_lower, show: (row) => percent(row.success_lower), numeric: true },
  { id: 'success_rate', label: 'Success', value: (row) => row.success_rate, show: (row) => percent(row.success_rate), numeric: true },
  { id: 'rating_count', label: 'Ratings', value: (row) => row.rating_count, show: (row) => count(row.rating_count), numeric: true },
  {
    id: 'rating_distribution',
    label: '1 to 5 stars',
    value: (row) => row.rating_distribution.join(' '),
    show: (row) => <SparkBars counts={row.rating_distribution} />,
  },
  { id: 'avg_rating', label: 'Average', value: (row) => row.avg_rating, show: (row) => stars(row.avg_rating), numeric: true },
  { id: 'quality_avg', label: 'Quality', value: (row) => row.quality_avg, show: (row) => points(row.quality_avg), numeric: true },
  { id: 'generations', label: 'Pictures', value: (row) => row.generations, show: (row) => count(row.generations), numeric: true },
  { id: 'download_rate', label: 'Downloaded', value: (row) => row.download_rate, show: (row) => percent(row.download_rate), numeric: true },
  { id: 'share_rate', label: 'Shared', value: (row) => row.share_rate, show: (row) => percent(row.share_rate), numeric: true },
];
