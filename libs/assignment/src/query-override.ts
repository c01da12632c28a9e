import type { ExperimentDefinition } from './definition';

const INDEX = /^\d+$/;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The value of the first parameter of this name. */
function parameter(url: string, name: string): string | undefined {
  const [, query = ''] = (url.split('#')[0] ?? '').split(/\?(.*)/s);
  const pairs = query.split('&').map((pair) => pair.split('=', 2));
  return pairs.find(([key = '']) => decoded(key) === name)?.[1];
}

/** The index that a link names for an experiment, `?<key>=<index>`; null for none, or for an arm there is not. */
export function queryOverride(key: string, url: string, arms: number): number | null {
  const value = parameter(url, key);
  const index = value !== undefined && INDEX.test(value) ? Number(value) : arms;
  return index < arms ? index : null;
}

/** The arm that a link asks for, to be given as `forced`: so that a page can be looked at in every arm. */
export function armOfLink({ key, arms }: Pick<ExperimentDefinition, 'key' | 'arms'>, url: string): string | undefined {
  const index = queryOverride(key, url, arms.length);
  return index === null ? undefined : arms[index]?.key;
}
