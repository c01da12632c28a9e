import { execFile } from 'node:child_process';
import { access, chmod, mkdtemp, rm } from 'node:fs/promises';

import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Section } from './harness/figure';
import { describeMachine, postgresVersion } from './harness/machine';
import { kafkaVersion } from './harness/kafka';
import { PEERS } from './harness/process';
import { plainTable, saveResult, writePage } from './harness/report';
import { withPostgres } from './harness/scratch';
import { erasure } from './sections/erasure';
import { experiments } from './sections/experiments';
import { floors } from './sections/floors';
import { fold } from './sections/fold';
import { httpBatch } from './sections/http-batch';
import { httpSingle } from './sections/http-single';
import { memory } from './sections/memory';
import { reads } from './sections/reads';
import { rebuild } from './sections/rebuild';
import { replay } from './sections/replay';
import { visible } from './sections/visible';
import { web } from './sections/web';

const SECTIONS: readonly Section[] = [
  floors,
  httpSingle,
  httpBatch,
  fold,
  replay,
  rebuild,
  erasure,
  visible,
  memory,
  reads,
  experiments,
  web,
];
const USAGE = `npm run bench -- [--quick] [--dir <directory>] [section ...]
sections: ${SECTIONS.map(({ name }) => name).join(', ')} (default: all)
--quick   short samples and little data: says whether it works, not how fast it is
--dir     where the temporary databases are made (default: the system's directory for temporary files)`;

function wanted(names: readonly string[]): readonly Section[] {
  const unknown = names.filter((name) => !SECTIONS.some((section) => section.name === name));
  if (unknown.length > 0) throw new Error(`there is no section ${unknown.join(', ')}\n${USAGE}`);
  return names.length === 0 ? SECTIONS : SECTIONS.filter(({ name }) => names.includes(name));
}

async function installPeers(): Promise<void> {
  const missing = await access(path.join(PEERS, 'node_modules')).then(
    () => false,
    () => true,
  );
  if (!missing) return;
  console.log('installing what the benchmarks compare with ...');
  await promisify(execFile)('npm', ['ci', '--prefix', PEERS, '--no-audit', '--no-fund', '--loglevel', 'error']);
}

async function measure(section: Section, quick: boolean, dir: string): Promise<void> {
  const postgres = await withPostgres(dir, (server) => postgresVersion(server.url));
  const machine = await describeMachine({ postgres, kafka: section.name === 'fold' ? await kafkaVersion() : '' });
  console.log(`\n${section.name}: ${section.title}`);
  const figures = await section.run({ quick, dir, say: (line) => console.log(`  ${line}`) });
  console.log(`\n${plainTable(figures)}`);
  await saveResult({ section: section.name, title: section.title, quick, machine, figures });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      dir: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (values.help) return void console.log(USAGE);
  const sections = wanted(positionals);
  await installPeers();
  const dir = await mkdtemp(path.join(path.resolve(values.dir), 'picly-bench-'));
  await chmod(dir, 0o755);
  const failed: string[] = [];
  try {
    for (const section of sections) {
      await measure(section, values.quick, dir).catch((error: unknown) => {
        failed.push(section.name);
        console.error(`${section.name} could not be measured:`, error);
      });
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  await writePage(SECTIONS.map(({ name }) => name));
  if (failed.length > 0) process.exitCode = 1;
}

void main();
