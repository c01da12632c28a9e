import type { FetchDocument, OpenApiDocument } from '@picly/platform';

const PATIENCE_MS = 2_000;

const isDocument = (value: unknown): value is OpenApiDocument =>
  typeof value === 'object' && value !== null && 'paths' in value && 'components' in value && 'tags' in value;

async function documentAt(base: string): Promise<OpenApiDocument | undefined> {
  try {
    const response = await fetch(`${base}/openapi.json`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const answer: unknown = response.ok ? await response.json() : undefined;
    return isDocument(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** The API descriptions of the services behind the door, whose paths are answered here too. */
export const documentsBehind = (services: ReadonlyMap<string, string>): FetchDocument[] =>
  [...services.values()].map((base) => () => documentAt(base));
