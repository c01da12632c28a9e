import { VariableError, type Variable } from './variable';

/** Settings by the name of their environment variable. */
export type ConfigDefinition = { readonly [name: string]: Variable<unknown> };

/** The values of a definition, under the same names. */
export type ConfigOf<D extends ConfigDefinition> = { readonly [K in keyof D]: D[K] extends Variable<infer T> ? T : never };

/** Declares settings; the type of the values follows. */
export function defineConfig<const D extends ConfigDefinition>(definition: D): D {
  return definition;
}

/** What the environment says wrongly: every variable at once, with the remedy. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly retryable = false;
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'CONFIG_INVALID';
  }
}

function readVariable(name: string, variable: Variable<unknown>, given: string | undefined): { value: unknown } | { problem: string } {
  const trimmed = given?.trim() ?? '';
  if (trimmed === '') return { value: variable.default };
  try {
    return { value: variable.parse(trimmed) };
  } catch (error) {
    if (!(error instanceof VariableError)) throw error;
    return { problem: `${name} must be ${error.message} (${variable.meaning})` };
  }
}

/**
 * The values of the settings, defaults filled in; an empty variable counts as absent. Throws `ConfigError` naming every
 * wrong variable.
 */
export function readConfig<D extends ConfigDefinition>(
  definition: D,
  environment: Readonly<Record<string, string | undefined>>,
): ConfigOf<D> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, variable] of Object.entries(definition)) {
    const read = readVariable(name, variable, environment[name]);
    if ('problem' in read) problems.push(read.problem);
    else values[name] = read.value;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as ConfigOf<D>;
}

export interface ConfigRow {
  readonly name: string;
  readonly type: string;
  /** As it would be written in the environment; empty when there is none. */
  readonly default: string;
  readonly meaning: string;
  readonly secret: boolean;
}

function written(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Map) return [...value].map(([name, address]) => `${String(name)}=${String(address)}`).join(',');
  return Array.isArray(value) ? value.join(',') : `${value as string}`;
}

/** The settings as a table, for `npm run picly -- config` and the documentation. */
export function describeConfig(definition: ConfigDefinition): readonly ConfigRow[] {
  return Object.entries(definition).map(([name, { type, meaning, secret, default: value }]) => ({
    name,
    type,
    default: written(value),
    meaning,
    secret,
  }));
}
