import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { CLI_VARIABLES, type CliConfig } from '../config';
import { print, printJson } from './client';

const run = promisify(execFile);

interface Setting {
  readonly name: string;
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
}

/** The services know their settings; the composition of all of them is asked, so that this list cannot drift. */
async function settingsOf(home: string): Promise<readonly Setting[]> {
  const entry = path.join(home, 'dist/services/standalone/src/describe-config.js');
  const { stdout } = await run(process.execPath, [entry]);
  return JSON.parse(stdout) as Setting[];
}

const paragraph = ({ name, type, default: value, meaning }: Setting): string => `${name}=${value}\n    ${meaning}\n    ${type}`;

export async function showConfig({ json }: { readonly json?: boolean }, { home }: CliConfig): Promise<number> {
  const settings = [...(await settingsOf(home)), ...CLI_VARIABLES];
  if (json) printJson(settings);
  else print(`Environment variables, with their defaults, meaning and type:\n\n${settings.map(paragraph).join('\n\n')}`);
  return 0;
}
