// Copies the jars of pom.xml to .kafka/libs, once per change of pom.xml.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
const pom = path.join(here, 'pom.xml');

export const home = path.resolve(here, '../../.kafka');

/** The directory of the jars. Throws with a sentence that says what is missing. */
export async function jars() {
  const wanted = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const directory = path.join(home, `libs-${wanted}`);
  if (await readFile(path.join(directory, '.complete'), 'utf8').catch(() => undefined)) return directory;
  await needs('mvn', ['-v'], 'Maven (mvn) is not installed');
  await mkdir(home, { recursive: true });
  const partial = `${directory}.${process.pid}`;
  const goal = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`, '-DincludeScope=runtime'];
  await needs('mvn', goal, 'the Kafka jars could not be downloaded');
  await writeFile(path.join(partial, '.complete'), wanted);
  // Another process may have been faster: its copy is as good.
  await rename(partial, directory).catch(() => rm(partial, { recursive: true, force: true }));
  return directory;
}

/** Run a program, or say why the broker cannot be had here. */
export async function needs(program, args, otherwise) {
  try {
    return (await run(program, args, { maxBuffer: 32 * 1024 * 1024, timeout: 300_000 })).stdout;
  } catch (error) {
    throw new Error(
      `${otherwise}: ${String(error.stderr || error.stdout || error.message)
        .trim()
        .split('\n')
        .slice(-3)
        .join(' ')}`,
      { cause: error },
    );
  }
}
