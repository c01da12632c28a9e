import { describeWithBrowser } from '@picly/testing';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { DashboardWorld, settled } from '../testing/dashboard-world';
import { plain, says, shownPanels, type Row, type ShownPanel } from '../testing/shown-figures';

const RUNS = 5;
const DAY_MS = 86_400_000;
const SEED = Date.now() % 2 ** 31;

type Answer = Readonly<Record<string, unknown>> & { readonly data: readonly Row[] };

const dayAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
const rows = (value: unknown): readonly Row[] => value as readonly Row[];

/** The rows of an answer that a panel shows, where they are not its list as it is. */
const SOURCES: Readonly<Record<string, (answer: Answer) => readonly Row[]>> = {
  ...Object.fromEntries(['success', 'margin', 'quality', 'volume'].map((id) => [id, (answer: Answer) => rows(answer['daily_trend'])])),
  movers: (answer) => rows(answer['movers']),
  distribution: ({ data }) => rows(data[0]?.['distribution']).map((ratings, i) => ({ stars: i + 1, ratings })),
  failures: ({ data }) =>
    data
      .flatMap(({ engine, failure_rate, failures_by_cause: causes }) =>
        Object.entries(causes as Record<string, number>).map(([cause, failures]) => ({ engine, cause, failures, failure_rate })),
      )
      .sort((a, b) => b.failures - a.failures),
};

const range = fc.oneof(
  fc.constantFrom('7d', '14d', '30d', '90d', '365d').map((id) => `range=${id}`),
  fc.tuple(fc.nat(40), fc.nat(20)).map(([last, length]) => `range=custom&first=${dayAgo(last + length)}&last=${dayAgo(last)}`),
);
const filters = fc.record({
  page: fc.constantFrom('', '/engines', '/prompts', '/ratings'),
  range,
  tz: fc.constantFrom('UTC', 'Asia/Singapore', 'America/Los_Angeles', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
  engine: fc.constantFrom('', '', 'flux-pro', 'dalle3', 'sdxl', 'sd15', 'never-called'),
  compare: fc.constantFrom('previous', 'year', 'none'),
  /** How far the arrow keys walk along each chart. */
  steps: fc.nat(12),
});
type Chosen = typeof filters extends fc.Arbitrary<infer T> ? T : never;

const addressOf = ({ page, range: time, tz, engine, compare }: Chosen): string =>
  `${page}?min=1&${time}&tz=${encodeURIComponent(tz)}&compare=${compare}${engine === '' ? '' : `&engine=${engine}`}`;

interface ChartWords {
  readonly day: string;
  readonly values: readonly string[];
}

/** What every chart of the page says at a bucket, walked to by keyboard. */
async function chartWords(page: Page, steps: number): Promise<ReadonlyMap<string, ChartWords>> {
  const words = new Map<string, ChartWords>();
  for (const panel of await page.locator('section.panel:has(.chart)').all()) {
    const told: ChartWords[] = [];
    for (const chart of await panel.locator('.chart').all()) {
      await chart.locator('.plot').focus();
      await page.keyboard.press('Home');
      for (let i = 0; i < steps; i++) await page.keyboard.press('ArrowRight');
      const [day = '', ...values] = await chart.locator('.chart-words span').allTextContents();
      told.push({ day: day.replace(', not over', ''), values });
    }
    // Charts side by side in one panel tell the same day.
    words.set((await panel.getAttribute('aria-label')) ?? '', { day: told[0]?.day ?? '', values: told.flatMap(({ values }) => values) });
  }
  return words;
}

/** A value as the words of a chart end with it, before its interval. */
const valueIn = (words: string): string => /\s(–|[−$\d][^()]*?)(?:\s\(.*\))?$/.exec(words)?.[1] ?? words;

/** Places where the table says something else than the file, column by column. */
function tableAgainstFile({ columns, cells, json }: ShownPanel): readonly string[] {
  return json.flatMap((row, i) =>
    columns.flatMap((id, j) => {
      const [cell, value] = [cells[i]?.[j] ?? 'no cell', row[id]];
      // A change of a share is told in percentage points.
      const scaled = id === 'change' && !/[$%s]/.test(cell) ? Number(value) * 100 : Number(value);
      return typeof value === 'number' && says(cell, scaled) === false ? [`row ${i}, ${id}: ${cell} for ${value}`] : [];
    }),
  );
}

/** Values that a chart tells and the table of its panel does not have for that day; a gap is no row or a dash in it. */
function notInTable({ cells }: ShownPanel, words: ChartWords | undefined): readonly string[] {
  const sameDay = cells.filter(([first]) => first === words?.day).flatMap((row) => row.flatMap((cell) => cell.split(/\s*\n/)));
  return (words?.values ?? []).filter((value) => ![...sameDay, '–'].includes(valueIn(value)));
}

/** Every figure that the file shares with the answer, from both. */
function shared(panel: ShownPanel, source: readonly Row[]): readonly (readonly [file: string[], answer: string[]])[] {
  return panel.csv.map((row, i) => {
    const ids = Object.keys(row).filter((id) => id in (source[i] ?? {}));
    return [ids.map((id) => `${id} ${String(row[id])}`), ids.map((id) => `${id} ${plain(source[i]?.[id])}`)];
  });
}

const BEFORE = '_before';

/** What a panel says of the days that its own are compared with, under the names of the answer. */
const comparedRows = ({ csv }: ShownPanel): readonly Row[] =>
  csv.map((row) =>
    Object.fromEntries(Object.entries(row).flatMap(([id, value]) => (id.endsWith(BEFORE) ? [[id.slice(0, -BEFORE.length), value]] : []))),
  );

/** The same call for the days that a panel compares with; undefined when with none. */
function comparedCall({ csv }: ShownPanel, api: string): string | undefined {
  const [first, last] = [csv[0]?.[`day${BEFORE}`], csv.at(-1)?.[`day${BEFORE}`]].map((day) => (typeof day === 'string' ? day : ''));
  if (!first || !last) return undefined;
  const [path = '', query = ''] = api.split('?');
  const params = new URLSearchParams(query);
  params.set('from', first);
  params.set('to', new Date(Date.parse(last) + DAY_MS).toISOString().slice(0, 10));
  params.set('compare', 'none');
  return `${path}?${params.toString()}`;
}

describeWithBrowser('whatever the filters', (open) => {
  let world: DashboardWorld;
  beforeAll(async () => {
    world = await DashboardWorld.start({ open, events: 3_000 });
  }, 180_000);
  afterAll(() => world.stop());

  const answerOf = async (address: string): Promise<Answer> => (await (await fetch(world.url + address)).json()) as Answer;

  async function checkPanel(panel: ShownPanel, api: string): Promise<void> {
    const answer = await answerOf(api);
    const source = (SOURCES[panel.id] ?? (({ data }: Answer) => data))(answer);
    expect({ panel: panel.id, table: panel.cells.length, csv: panel.csv.length, json: panel.json.length }).toEqual({
      panel: panel.id,
      table: source.length,
      csv: source.length,
      json: source.length,
    });
    expect({ panel: panel.id, wrong: tableAgainstFile(panel) }).toEqual({ panel: panel.id, wrong: [] });
    expect(panel.csv.map((row) => Object.entries(row).map(([id, value]) => [id, value]))).toEqual(
      panel.json.map((row) => Object.entries(row).map(([id, value]) => [id, plain(value)])),
    );
    for (const [file, told] of shared(panel, source)) {
      expect(file.length).toBeGreaterThan(1);
      expect({ panel: panel.id, row: file }).toEqual({ panel: panel.id, row: told });
    }
    const beforeCall = comparedCall(panel, api);
    if (beforeCall !== undefined) {
      const before = rows((await answerOf(beforeCall))['daily_trend']);
      const figures = shared({ ...panel, csv: comparedRows(panel) }, before);
      expect(figures.length).toBe(before.length);
      for (const [file, told] of figures) expect({ panel: panel.id, before: file }).toEqual({ panel: panel.id, before: told });
    }
    if (Array.isArray(answer.data)) {
      const csv = await (await fetch(`${world.url}${api}&format=csv`)).text();
      expect(parse(csv, { columns: true })).toHaveLength(answer.data.length);
    }
  }

  /** The first line of a page, as the API has it. */
  async function headlineOf({ page }: Chosen, panels: readonly ShownPanel[]): Promise<string> {
    const percent = (value: unknown): string => `${(Number(value) * 100).toFixed(1)} %`;
    const api = (id: string): Promise<Answer> => answerOf(panels.find((panel) => panel.id === id)?.api ?? '');
    if (page === '/ratings') return `${percent((await api('distribution')).data[0]?.['low_rate'])} of ratings are low`;
    if (page === '/prompts') return `at least ${percent((await api('top-prompts')).data[0]?.['success_lower'])}`;
    if (page === '/engines') {
      const rated = (await api('engines')).data.filter((row) => Number(row['rating_count']) > 0);
      const best = [...rated].sort((a, b) => Number(b['rating_success_lower']) - Number(a['rating_success_lower']))[0];
      return best === undefined ? 'No engine has ratings' : `success ${percent(best['rating_success_rate'])}`;
    }
    const { success_rate: success } = (await api('success'))['success_metrics'] as Readonly<Record<string, Row>>;
    return success?.['value'] === null ? 'Success –' : `Success ${percent(success?.['value'])}`;
  }

  async function check(chosen: Chosen): Promise<void> {
    const page = await world.open(addressOf(chosen));
    const words = await chartWords(page, chosen.steps);
    while ((await page.getByRole('button', { name: 'Table', exact: true }).count()) > 0)
      await page.getByRole('button', { name: 'Table', exact: true }).first().click();
    await settled(page);
    const panels = await shownPanels(page);
    for (const panel of panels) {
      const api =
        panel.api === '' ? (panels.find(({ id }) => id === (panel.id === 'movers' ? 'success' : 'engines'))?.api ?? '') : panel.api;
      await checkPanel(panel, api);
      expect({ panel: panel.id, unknown: notInTable(panel, words.get(panel.title)) }).toEqual({ panel: panel.id, unknown: [] });
    }
    const [line] = await page.locator('[data-answer]').allTextContents();
    if (line === undefined) expect(await page.locator('.empty').count()).toBeGreaterThan(0);
    else expect(line).toContain(await headlineOf(chosen, panels));
    await page.context().close();
  }

  it('the number, the chart, its table, its files and the API agree', async () => {
    process.stdout.write(`filters of seed ${SEED}\n`);
    await fc.assert(fc.asyncProperty(filters, check), { seed: SEED, numRuns: RUNS, endOnFailure: true });
  }, 240_000);
});
