import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from '@picly/platform';

/** A key of the public API; the key itself is not stored. */
@Entity({ name: 'api_keys', schema: 'runtime' })
export class ApiKey {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  /** SHA-256 of the key, hexadecimal. */
  @Column('text', { unique: true })
  hash!: string;

  /** The first characters of the key, to recognise it by. */
  @Column('text')
  hint!: string;

  @Column('text', { array: true })
  scopes!: Scope[];

  /** Origins a browser may use it from; empty = any. */
  @Column('text', { array: true })
  origins!: string[];

  /** Events a minute and sender address; null = no limit. */
  @Column('integer', { name: 'events_per_minute', nullable: true })
  eventsPerMinute!: number | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
