import { MemoryLog, MemoryStore } from '@picly/testing';
import { eventLogFeatures } from './event-log.features';

eventLogFeatures(
  'the log in memory',
  async () => {
    const store = new MemoryStore();
    return { open: async () => new MemoryLog(store), close: async () => undefined };
  },
  { disrupt: false, isolate: false },
);
