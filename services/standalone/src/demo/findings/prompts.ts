import { count, decimal, percent, table } from '@picly/terminal';
import { STYLES, SUBJECTS } from '../world/truth';
import type { Finding, Inquiry } from './finding';

interface PromptRow {
  readonly prompt: string;
  readonly rating_count: number;
  readonly avg_rating: number | null;
  readonly success_rate: number | null;
  readonly success_lower: number | null;
}

function trueEffect(prompt: string): number | null {
  const subject = SUBJECTS.find(({ text }) => prompt.startsWith(text));
  const style = STYLES.find(({ text }) => prompt.includes(`, ${text}`));
  return subject && style ? subject.effect + style.effect : null;
}

/** Do the prompts on top belong to good families? */
export async function promptFindings({ client }: Inquiry): Promise<Finding> {
  const { data } = await client.get<{ data: readonly PromptRow[] }>('/api/analytics/top-prompts', { query: { min_ratings: 10, limit: 6 } });
  const text = table(data, [
    { title: 'PROMPT', value: (row) => (row.prompt.length > 58 ? `${row.prompt.slice(0, 57)}…` : row.prompt) },
    { title: 'true effect', value: (row) => decimal(trueEffect(row.prompt)), align: 'right' },
    { title: 'RATINGS', value: (row) => count(row.rating_count), align: 'right' },
    { title: 'STARS', value: (row) => decimal(row.avg_rating), align: 'right' },
    { title: 'SUCCESS', value: (row) => percent(row.success_rate), align: 'right' },
    { title: 'AT LEAST', value: (row) => percent(row.success_lower), align: 'right' },
  ]);
  return { title: 'Prompts that work, by the lower bound of their success (true effects run from -0.75 to 0.75)', text, checks: [] };
}
