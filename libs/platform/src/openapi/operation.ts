import type { JsonSchema, ProblemCode } from '@picly/contracts';
import type { RequiredScope } from '../auth/auth.guard';

/** One operation of the API, however it is routed. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI form: `/api/analytics/models/{engine}/daily`. */
  readonly path: string;
  /** Unique over the document; the basis of client method names. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly scope: RequiredScope;
  /** Parameters of the query string: the schema of a declared class. */
  readonly query?: JsonSchema;
  readonly queryDefaults?: Readonly<Record<string, unknown>>;
  readonly headers?: readonly { readonly name: string; readonly description: string; readonly schema: JsonSchema }[];
  readonly body?: JsonSchema;
  readonly status: number;
  readonly answer?: JsonSchema;
  /** The answer is a list in three forms; `answer` is then its JSON form. */
  readonly list?: boolean;
  readonly mediaType?: string;
  readonly problems: readonly ProblemCode[];
}
