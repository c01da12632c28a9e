import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadMapping } from './load-mapping';
import type { Fields } from './mapping/row';

const HOME = path.resolve(__dirname, '../../../..');
const NOTHING = new Map<string, string>();

async function bodies(preset: string, rows: readonly Fields[], set: ReadonlyMap<string, string> = NOTHING): Promise<readonly object[]> {
  const map = (await loadMapping(preset, HOME, set)).mapping.forFile('file.csv');
  return rows.flatMap((fields, at) => {
    const { events, problems } = map({ fields, number: at + 1 });
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    return [...events];
  });
}

describe('the presets', () => {
  it('are all sound, and all told of in the guide', async () => {
    const guide = await readFile(path.join(HOME, 'docs/how-to/import.md'), 'utf8');
    for (const file of await readdir(path.join(HOME, 'docs/how-to/mappings'))) {
      const name = file.replace('.json', '');
      await expect(loadMapping(name, HOME, NOTHING)).resolves.toMatchObject({ mapping: { name } });
      expect(guide).toContain(`| \`${name}\` |`);
    }
  });

  it('ratings: a picture once, each of its ratings by itself', async () => {
    const row = { prompt_id: 'p1', prompt: 'a fox', engine: 'sdxl', rater_id: '17', rating: '4' };
    const [picture, first, again, second] = await bodies('ratings', [row, { ...row, rater_id: '18', rating: '2' }]);
    expect(picture).toMatchObject({ type: 'generation', prompt: 'a fox', engine: 'sdxl', success: true, cost: 0 });
    expect(again).toEqual(picture);
    expect([first, second]).toMatchObject([
      { type: 'rate', rating: 4, user_id: '17' },
      { type: 'rate', rating: 2, user_id: '18' },
    ]);
  });

  it('scores: the engine comes from the file name, the score becomes stars and quality', async () => {
    const row = { name: 'sd1.5_normal_017.jpg', prompt: 'a fox', mos_quality: '3.626' };
    const [picture, rating] = await bodies('scores', [row]);
    expect(picture).toMatchObject({ engine: 'sd1.5_normal' });
    expect(rating).toMatchObject({ rating: 4, quality_score: 72.52 });
    expect((await bodies('scores', [{ ...row, mos_quality: '0.2' }]))[1]).toMatchObject({ rating: 1, quality_score: 4 });
  });

  it('purchases: exact repeats are purchases of their own, moved in time on request', async () => {
    const row = { customer_id: '00002', date: '19970112', number_of_cds: '5', dollar_value: '77.00' };
    const [one, two] = await bodies('purchases', [row, row], new Map([['shift', 'P28Y']]));
    expect(one).toMatchObject({
      type: 'conversion',
      user_id: '00002',
      metric: 'purchase',
      value: 77,
      occurred_at: '2025-01-12T00:00:00.000Z',
    });
    expect(two).not.toEqual(one);
  });

  it('ab-units: an exposure, and a conversion for what is true', async () => {
    const rows = [
      { userid: '116', version: 'gate_30', retention_1: 'FALSE', retention_7: 'FALSE' },
      { userid: '337', version: 'gate_40', retention_1: 'TRUE', retention_7: 'TRUE' },
    ];
    const events = await bodies('ab-units', rows, new Map([['experiment', 'gate']]));
    expect(events).toMatchObject([
      { type: 'exposure', experiment: 'gate', variant: 'gate_30', user_id: '116' },
      { type: 'exposure', experiment: 'gate', variant: 'gate_40', user_id: '337' },
      { type: 'conversion', metric: 'retention_1', user_id: '337' },
      { type: 'conversion', metric: 'retention_7', user_id: '337' },
    ]);
  });

  it('that do not exist are answered with those that do', async () => {
    await expect(loadMapping('nope', HOME, NOTHING)).rejects.toThrow(
      'there is no preset "nope"; there are ab-units, purchases, ratings, scores',
    );
  });
});
