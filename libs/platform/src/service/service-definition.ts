import type { Type } from '@nestjs/common';
import type { MigrationClass } from '@picly/database';
import type { Projection } from '@picly/projections';
import type { Operation } from '../openapi/operation';

/** Tables that a service keeps beside its projections. */
export interface SchemaMigrations {
  readonly schema: string;
  readonly migrations: readonly MigrationClass[];
}

/** A service: what it folds, what it answers, what it keeps. */
export interface ServiceDefinition {
  /** Kebab-case; also the name of its consumer group (`picly.<name>`) and of its lines in the log. */
  readonly name: string;
  readonly module: Type;
  readonly projections: readonly Projection[];
  readonly migrations?: readonly SchemaMigrations[];
  /** Routes outside Nest, for the OpenAPI document. */
  readonly operations?: readonly Operation[];
}
