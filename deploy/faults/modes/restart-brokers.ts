import type { Fault } from '../fault';

/** One broker after the other is ended and started again, as for a new release. */
export const restartBrokers: Fault = {
  name: 'rolling restart of the brokers',
  logs: ['kafka'],
  inject: async ({ system: { brokers }, random, sleep }) => {
    for (const broker of brokers.numbers) {
      await sleep(random() * 500);
      await brokers.end(broker);
      await brokers.start(broker);
    }
    return brokers.numbers.length;
  },
};
