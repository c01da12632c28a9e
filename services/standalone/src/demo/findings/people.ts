import { count, table } from '@picly/terminal';
import { rangeOf, type Finding, type Inquiry } from './finding';

interface DayRow {
  readonly day: string;
  readonly active_users: number;
  readonly wau: number;
  readonly mau: number;
  readonly sessions: number;
  readonly new_users: number;
}

const DAYS_SHOWN = 5;
const DAY_MS = 86_400_000;

/** Are people counted once a day, however late and often their events came? */
export async function peopleFindings({ client, ledger, world }: Inquiry): Promise<Finding> {
  const { data } = await client.get<{ data: readonly DayRow[] }>('/api/analytics/engagement/daily', { query: rangeOf(world) });
  const text = table(data.slice(-DAYS_SHOWN), [
    { title: 'DAY', value: (row) => row.day },
    { title: 'ACTIVE', value: (row) => count(row.active_users), align: 'right' },
    { title: 'IN 7 DAYS', value: (row) => count(row.wau), align: 'right' },
    { title: 'IN 30 DAYS', value: (row) => count(row.mau), align: 'right' },
    { title: 'VISITS', value: (row) => count(row.sessions), align: 'right' },
    { title: 'NEW', value: (row) => count(row.new_users), align: 'right' },
  ]);
  const checks = data.map((row) => ({
    name: `${row.day}: active people`,
    truth: ledger.activeByDay.get(Date.parse(row.day) / DAY_MS)?.size ?? 0,
    told: row.active_users,
  }));
  return { title: 'People', text, checks };
}
