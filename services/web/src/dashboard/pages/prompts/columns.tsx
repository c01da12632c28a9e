import type { PromptRow } from '../../api/rows';
import { count, percent } from '../../format/numbers';
import { boundedColumn, WILSON } from '../../parts/bounded-column';
import type { Column } from '../../parts/data-table';
import { Link } from '../../parts/link';
import { SparkBars } from '../../parts/spark-bars';
import { AVERAGE, QUALITY_SCORE, RATINGS, SUCCESS, successBar } from '../../parts/success-columns';

export const PROMPT: Column<PromptRow> = {
  id: 'prompt',
  label: 'Prompt',
  value: (row) => row.prompt,
  show: (row) => <Link to={['prompts', row.prompt_hash]}>{row.prompt === '' ? '(empty)' : row.prompt}</Link>,
  wide: true,
};

const SUCCESS_AIM = 0.7;

/** How a prompt does, in short. */
const OUTCOME: readonly Column<PromptRow>[] = [
  SUCCESS,
  successBar(SUCCESS_AIM),
  RATINGS,
  {
    id: 'rating_distribution',
    label: '1 to 5 stars',
    value: (row) => row.rating_distribution.join(' '),
    show: (row) => <SparkBars counts={row.rating_distribution} />,
  },
];

export const FIGURES: readonly Column<PromptRow>[] = [
  ...OUTCOME,
  AVERAGE,
  QUALITY_SCORE,
  { id: 'generations', label: 'Pictures', value: (row) => row.generations, show: (row) => count(row.generations), numeric: true },
  boundedColumn(['download_rate', 'download_rate_lower', 'download_rate_upper', 'generations'], {
    label: 'Downloaded',
    format: percent,
    method: WILSON,
  }),
  boundedColumn(['share_rate', 'share_rate_lower', 'share_rate_upper', 'generations'], {
    label: 'Shared',
    format: percent,
    method: WILSON,
  }),
];
