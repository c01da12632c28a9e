import { Flag, Text, Whole } from '@picly/contracts';

/** Who is to be erased. */
export class NewErasure {
  @Text({ min: 1, max: 200 }, { description: 'The person, as the senders of events name them.' })
  user_id!: string;

  @Flag({
    optional: true,
    description:
      'Also write large tables that were touched anew, and overwrite the write-ahead log of a database that is not embedded, so that no file of it holds old bytes. Locks each touched table for the time it takes.',
  })
  scrub?: boolean;
}

/** Whose data is wanted. */
export class PersonExportRequest {
  @Text({ min: 1, max: 200 }, { description: 'The person, as the senders of events name them.' })
  user_id!: string;
}

/** Which receipts are wanted. */
export class ErasuresQuery {
  @Whole({ min: 1, max: 1_000 }, { optional: true, description: 'Most receipts of the answer.' })
  limit: number = 50;

  @Text({ min: 1, max: 2_000 }, { optional: true, description: 'Where the answer before ended: its next_cursor.' })
  cursor?: string;
}
