import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../user-error';
import { compileMapping, type Mapping } from './mapping/mapping';
import { applyParameters } from './mapping/parameters';
import { MappingError } from './mapping/row';

export interface LoadedMapping {
  readonly mapping: Mapping;
  /** The document and its settings: part of what an interrupted import is recognised by. */
  readonly text: string;
}

/** A mapping by file name, or one of the presets in docs/how-to/mappings by name. */
export async function loadMapping(nameOrFile: string, home: string, set: ReadonlyMap<string, string>): Promise<LoadedMapping> {
  const file = await locate(nameOrFile, path.join(home, 'docs/how-to/mappings'));
  const text = await readFile(file, 'utf8');
  try {
    const document = applyParameters(JSON.parse(text), set);
    return { mapping: compileMapping(document), text: JSON.stringify(document) };
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${file} is not JSON: ${error.message}`);
    if (error instanceof MappingError) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}

async function locate(nameOrFile: string, presets: string): Promise<string> {
  if (/[/\\]|\.json$/.test(nameOrFile)) return nameOrFile;
  const preset = path.join(presets, `${nameOrFile}.json`);
  const exists = await access(preset).then(
    () => true,
    () => false,
  );
  if (exists) return preset;
  const names = (await readdir(presets).catch(() => [])).map((name) => name.replace(/\.json$/, ''));
  throw new UserError(
    `there is no preset "${nameOrFile}"; there are ${names.join(', ')}. A mapping of your own is given as a file name ending in .json`,
  );
}
