import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startService, type ServiceHandle } from '@picly/platform';
import { createTestDatabase, runPage, type TestDatabase } from '@picly/testing';
import { readCliConfig } from '../../services/cli/src/config';
import { explain } from '../../services/cli/src/failure';
import { createProgram } from '../../services/cli/src/program';
import { readStandaloneConfig } from '../../services/standalone/src/config';
import { standalone } from '../../services/standalone/src/standalone.module';

describe('experiments from the command line', () => {
  let folder: string;
  let database: TestDatabase;
  let service: ServiceHandle;
  let said: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'picly-command-'));
    database = await createTestDatabase();
    service = await startService(
      standalone,
      readStandaloneConfig({ PORT: '0', DATABASE_URL: database.url, LOG_LEVEL: 'silent', LOG_PARTITIONS: '2' }),
    );
    said = await runPage('docs/how-to/experiments-by-command.md', { cwd: folder, env: { PICLY_URL: service.url }, timeoutMs: 240_000 });
  }, 300_000);
  afterAll(async () => {
    await service.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const file = async <T>(name: string): Promise<T> => JSON.parse(await readFile(path.join(folder, name), 'utf8')) as T;

  it('go through their life as the page says', async () => {
    for (const [state, revision] of [
      ['draft', 1],
      ['running', 2],
      ['running', 3],
      ['paused', 4],
      ['running', 5],
      ['shipped', 6],
    ] as const) {
      expect(said).toContain(`headline is ${state}, revision ${revision}`);
    }
    expect(said).toMatch(/headline +running +2 +long 50\.0 %, short 50\.0 % +converted:purchase/);
    const { revisions } = await file<{ revisions: { change: string; author: string }[] }>('history.json');
    expect(revisions.map(({ change }) => change)).toEqual(['defined', 'started', 'reweighted', 'paused', 'resumed', 'shipped']);
    expect(revisions[0]?.author).toBe('eve');
  });

  it('tell the results in words and in figures', async () => {
    expect(said).toMatch(/^ship short\n +short is better on the primary metric/m);
    expect(said).toMatch(/converted:purchase \(primary\) +short +\d+ \/ \d+ +\+\d+\.\d\d %/);
    expect(said).toContain('split: as planned');
    expect(said).toContain('too_few_units');
    expect(await file('results.json')).toMatchObject({ key: 'headline', decision: { verdict: 'ship', arm: 'short' } });
  });

  it('analyse a file without keeping anything', () => {
    expect(said).toMatch(/bought \(primary\) +new +200 \/ 200/);
  });

  async function picly(...args: string[]): Promise<string> {
    const program = createProgram(readCliConfig({ PICLY_URL: service.url }), () => undefined);
    try {
      await program.parseAsync(args, { from: 'user' });
      return '';
    } catch (error) {
      return explain(error).text;
    }
  }

  it.each([
    ['an experiment there is not', ['experiments', 'results', 'nobody'], /no experiment of this name/],
    ['one that is over', ['experiments', 'start', 'headline'], /shipped stays so/],
    ['a weight that is missing', ['experiments', 'reweight', 'headline', '--weight', 'long=1'], /a weight for every arm/],
    ['a definition that is there already', ['experiments', 'define', 'headline.json'], /exists/],
    ['a file that is no definition', ['experiments', 'define', 'nothing.json'], /no JSON object/],
    ['a file there is not', ['experiments', 'define', 'missing.json'], /cannot be read/],
  ])('say what is wrong with %s', async (_what, args, message) => {
    await writeFile(path.join(folder, 'nothing.json'), '[]');
    expect(await picly(...args.map((arg) => (arg.endsWith('.json') ? path.join(folder, arg) : arg)))).toMatch(message);
  });

  it('send large files of units', async () => {
    const rows = Array.from({ length: 60_000 }, (_, n) => `unit-number-${n},${n % 2 ? 'old' : 'new'},${n % 7 ? 0 : 1}`);
    await writeFile(path.join(folder, 'large.csv'), ['user,version,bought', ...rows].join('\n'));
    expect(await picly('experiments', 'import', path.join(folder, 'large.csv'), '--definition', path.join(folder, 'test.json'))).toBe('');
  });
});
