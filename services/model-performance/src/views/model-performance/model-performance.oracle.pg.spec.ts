import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { DecodedEvent } from '@picly/contracts';
import { meanInterval } from '@picly/statistics';
import { anEvent, dataDir, openProjectionSpec, uuidOf, type ProjectionSpec } from '@picly/testing';
import { modelPerformance } from './model-performance.projection';
import { ModelsQueries, type ModelRow } from './models.queries';
import { ALWAYS } from './time-cover';

const folder = dataDir();
const rowsOf = (file: string): Record<string, string>[] =>
  parse<Record<string, string>>(readFileSync(path.join(folder ?? '', file)), { columns: true });

/** What plain arithmetic over the file says of an engine. */
interface Plain {
  readonly calls: number;
  readonly ratings: readonly number[];
  readonly qualities: readonly number[];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const countOf = (values: readonly number[]): number[] => [1, 2, 3, 4, 5].map((stars) => values.filter((value) => value === stars).length);

/** Scores of the file have many decimals; their squares are summed in millionths. */
function expectInterval(ends: readonly (number | undefined)[], values: readonly number[], scale: readonly [number, number]): void {
  const sums = { n: values.length, sum: sum(values), sumSquares: sum(values.map((value) => value * value)) };
  expect(ends).toEqual(meanInterval(sums, scale).map((end) => expect.closeTo(end, 5) as number));
}

function expectPlain(row: ModelRow | undefined, plain: Plain): void {
  expect(row).toMatchObject({ calls: plain.calls, rating_count: plain.ratings.length, rating_distribution: countOf(plain.ratings) });
  expect(row?.avg_rating).toBeCloseTo(sum(plain.ratings) / plain.ratings.length, 12);
  expectInterval([row?.avg_rating_lower, row?.avg_rating_upper], plain.ratings, [1, 5]);
  expectInterval([row?.quality_lower, row?.quality_upper], plain.qualities, [0, 100]);
  if (plain.qualities.length > 0) expect(row?.quality_avg).toBeCloseTo(sum(plain.qualities) / plain.qualities.length, 9);
  expect(row?.cost).toBeCloseTo(plain.calls * 0.08, 9);
}

if (folder === undefined) {
  process.stderr.write('real ratings by engine: not available (set PICLY_DATA_DIR to the folder of agiqa3k.csv)\n');
  it('models over real ratings are compared only where the files are', () => expect(folder).toBeUndefined());
} else {
  describe('models over real ratings', () => {
    let spec: ProjectionSpec;
    let queries: ModelsQueries;
    beforeAll(async () => {
      spec = await openProjectionSpec(modelPerformance);
      queries = new ModelsQueries(spec.sql);
    });
    afterAll(() => spec.close());
    beforeEach(() => spec.clear());

    async function expectAll(events: readonly DecodedEvent[], engines: ReadonlyMap<string, Plain>): Promise<void> {
      await spec.fold(events, { batches: 3 });
      expect(await spec.fold(events)).toBe(0);
      const rows = await queries.models({ range: ALWAYS, grouping: 'engine' });
      expect(rows.map((row) => row.engine).sort()).toEqual([...engines.keys()].sort());
      for (const [engine, plain] of engines)
        expectPlain(
          rows.find((row) => row.engine === engine),
          plain,
        );
      const [total] = await queries.models({ range: ALWAYS, grouping: 'total' });
      expect(sum(rows.map((row) => row.calls))).toBe(total?.calls);
      expect(sum(rows.map((row) => row.rating_count))).toBe(total?.rating_count);
      expect(sum(rows.map((row) => row.cost ?? 0))).toBeCloseTo(total?.cost ?? 0, 9);
    }

    it('have the counts and means per engine of the TIFA file, each rater once per picture', async () => {
      const engines = new Map<string, { calls: number; ratings: number[]; qualities: number[] }>();
      const pictures = new Map<string, string>();
      const events = rowsOf('human_ratings_tifa160.csv').flatMap((row): DecodedEvent[] => {
        const { engine = '', prompt = '' } = row;
        const picture = `${row['prompt_id']} ${engine}`;
        const plain = engines.get(engine) ?? { calls: 0, ratings: [], qualities: [] };
        engines.set(engine, plain);
        plain.ratings.push(Number(row['rating']));
        const known = pictures.get(picture);
        const generation = known ?? uuidOf(pictures.size, 0xc);
        const rating = anEvent('rating-submitted', {
          generation_id: generation,
          rating: Number(row['rating']),
          user_id: row['rater_id'] ?? '',
        });
        if (known !== undefined) return [rating];
        pictures.set(picture, generation);
        plain.calls += 1;
        return [rating, anEvent('generation-completed', { generation_id: generation, engine, prompt, model_version: undefined })];
      });
      await expectAll(events, engines);
    });

    it('have the counts and quality per engine of the AGIQA file', async () => {
      const engines = new Map<string, { calls: number; ratings: number[]; qualities: number[] }>();
      const events = rowsOf('agiqa3k.csv').flatMap((row, i): DecodedEvent[] => {
        const engine = (row['name'] ?? '').replace(/_\d+\.jpg$/, '');
        const quality = Number(row['mos_quality']) * 20;
        const rating = Math.min(5, Math.max(1, Math.round(Number(row['mos_quality']))));
        const plain = engines.get(engine) ?? { calls: 0, ratings: [], qualities: [] };
        engines.set(engine, plain);
        plain.calls += 1;
        plain.ratings.push(rating);
        plain.qualities.push(quality);
        const id = { generation_id: uuidOf(i, 0xd) };
        return [
          anEvent('rating-submitted', { ...id, rating, quality_score: quality }),
          anEvent('generation-completed', { ...id, engine, prompt: row['prompt'] ?? '', model_version: undefined }),
        ];
      });
      await expectAll(events, engines);
      expect([...engines.values()].reduce((n, plain) => n + plain.calls, 0)).toBe(2_982);
    });
  });
}
