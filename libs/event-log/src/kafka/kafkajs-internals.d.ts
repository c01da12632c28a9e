declare module 'kafkajs/src/network/requestQueue' {
  class RequestQueue {
    pending: readonly unknown[];
    throttledUntil: number;
    constructor(options: Readonly<Record<string, unknown>>);
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
    checkPendingRequests(): void;
    maybeThrottle(throttleTimeMs: number): void;
    destroy(): void;
  }
  export = RequestQueue;
}

declare module 'kafkajs/src/producer/sendMessages' {
  import type { Message, RecordMetadata } from 'kafkajs';

  /** What it uses of the cluster, the idempotence state and the retrier: enough to drive it against a stub. */
  interface Parts {
    readonly logger: { debug(message: string): void; error(message: string): void };
    readonly cluster: unknown;
    readonly partitioner: (choice: { message: Message }) => number;
    readonly eosManager: unknown;
    readonly retrier: (attempt: (bail: (error: Error) => void) => Promise<RecordMetadata[]>) => Promise<RecordMetadata[]>;
  }

  function createSendMessages(
    parts: Parts,
  ): (request: { acks: number; topicMessages: readonly { topic: string; messages: readonly Message[] }[] }) => Promise<RecordMetadata[]>;
  export = createSendMessages;
}
