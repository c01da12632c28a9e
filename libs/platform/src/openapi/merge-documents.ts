import type { OpenApiDocument } from './document';

const byName = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

/** One document of all paths, in order; where two have the same path, the first has it. */
export function mergeDocuments(own: OpenApiDocument, others: readonly OpenApiDocument[]): OpenApiDocument {
  const all = [own, ...others];
  const merged = <T>(part: (document: OpenApiDocument) => Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries([...all].reverse().flatMap((document) => Object.entries(part(document))));
  return {
    ...own,
    tags: [...new Set(all.flatMap(({ tags }) => tags.map(({ name }) => name)))].sort().map((name) => ({ name })),
    paths: byName(merged(({ paths }) => paths)),
    components: {
      schemas: merged(({ components }) => components.schemas),
      securitySchemes: merged(({ components }) => components.securitySchemes),
    },
  };
}
