import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { promptHash } from '@picly/prompt-text';
import { anEvent, dataDir, openProjectionSpec, type ProjectionSpec } from '@picly/testing';
import { promptAnalytics } from './projection/prompt-analytics.projection';
import { SummaryQueries } from './views/summary/summary.queries';
import { ALWAYS } from './views/summary/time-cover';
import { TopPromptsQueries } from './views/top-prompts/top-prompts.queries';

const folder = dataDir();

interface Line {
  readonly prompt_id: string;
  readonly prompt: string;
  readonly engine: string;
  readonly rater_id: string;
  readonly rating: string;
}

/** UUID version 5 of a name (RFC 9562). */
function uuid5(name: string): string {
  const hex = createHash('sha1').update(`6ba7b8119dad11d180b400c04fd430c8${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const stars = (values: readonly number[]): number[] => [1, 2, 3, 4, 5].map((star) => values.filter((value) => value === star).length);

function ratingsBy(lines: readonly Line[], keyOf: (line: Line) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const line of lines) groups.set(keyOf(line), [...(groups.get(keyOf(line)) ?? []), Number(line.rating)]);
  return groups;
}

if (folder === undefined) {
  process.stderr.write('real ratings by prompt: not available (set PICLY_DATA_DIR to the folder of human_ratings_tifa160.csv)\n');
  it('prompts over real ratings are compared only where the files are', () => expect(folder).toBeUndefined());
} else {
  describe('2,121 human ratings', () => {
    const lines = parse<Line>(readFileSync(path.join(folder, 'human_ratings_tifa160.csv')), { columns: true });
    const generations = new Map(lines.map((line) => [uuid5(`${line.prompt_id} ${line.engine}`), line]));
    const events = [
      ...lines.map((line) =>
        anEvent('rating-submitted', {
          generation_id: uuid5(`${line.prompt_id} ${line.engine}`),
          user_id: line.rater_id,
          rating: Number(line.rating),
        }),
      ),
      ...[...generations].map(([id, { prompt, engine }]) => anEvent('generation-completed', { generation_id: id, prompt, engine })),
    ];
    let spec: ProjectionSpec;
    beforeAll(async () => {
      spec = await openProjectionSpec(promptAnalytics);
      await spec.fold(events, { batches: 7 });
    });
    afterAll(() => spec.close());

    it('give the counts, means and distributions of the file per engine, and the sum over engines is the total', async () => {
      const rows = await new SummaryQueries(spec.sql).ratings(
        { range: ALWAYS, grouping: 'engine', timeZone: 'UTC', weekStart: 'monday' },
        50,
      );
      const plain = ratingsBy(lines, (line) => line.engine);
      expect(rows).toHaveLength(plain.size);
      for (const row of rows) {
        const values = plain.get(row.engine ?? '') ?? [];
        expect([row.count, row.avg, row.distribution]).toEqual([values.length, sum(values) / values.length, stars(values)]);
        expect(row.success_rate).toBe(values.filter((value) => value >= 4).length / values.length);
      }
      expect(sum(rows.map(({ count }) => count))).toBe(2121);
    });

    it('give the counts, means and distributions of the file per prompt', async () => {
      const { rows } = await new TopPromptsQueries(spec.sql).top({ minRatings: 0, limit: 1000, sort: 'rating_count' });
      const plain = ratingsBy(lines, (line) => promptHash(line.prompt));
      expect(rows).toHaveLength(plain.size);
      for (const row of rows) {
        const values = plain.get(row.prompt_hash) ?? [];
        expect([row.rating_count, row.avg_rating, row.rating_distribution]).toEqual([
          values.length,
          sum(values) / values.length,
          stars(values),
        ]);
      }
    });

    it('imported twice change nothing', async () => {
      const before = await spec.digest();
      expect(await spec.fold(events, { batches: 3 })).toBe(0);
      expect(await spec.digest()).toEqual(before);
    });
  });
}
