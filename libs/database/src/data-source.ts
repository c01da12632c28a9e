import type { DataSource, EntitySchema, EntityTarget, ObjectLiteral } from 'typeorm';
import { connectionSettings, type PoolOptions } from './pool';

export interface DataSourceOptions extends PoolOptions {
  /** Where unqualified names live. */
  readonly schema?: string;
  /** Configuration entities (decorated classes or schemas). */
  readonly entities?: readonly (EntitySchema | (new () => ObjectLiteral))[];
}

export type { EntityTarget };

/**
 * A connected TypeORM data source, for configuration entities and migrations; the hot path uses `createPool`. It has
 * the pool's settings (value types, timeouts, name). Close it with `destroy()`.
 */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  // Loading TypeORM takes a few hundred milliseconds: only those who need it pay.
  const { DataSource } = await import('typeorm');
  const { connectionString: _, ...settings } = connectionSettings({
    ...options,
    ...(options.schema ? { searchPath: [options.schema, 'public'] } : {}),
  });
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    poolSize: options.maxConnections ?? 4,
    ...(options.schema ? { schema: options.schema } : {}),
    entities: [...(options.entities ?? [])],
    synchronize: false,
    logging: false,
    installExtensions: false,
    extra: settings,
    poolErrorHandler: (error: Error) => options.onIdleError?.(error),
  });
  return source.initialize();
}
