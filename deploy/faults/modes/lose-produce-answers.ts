import { loseProduceAnswers } from '@picly/testing';
import type { Fault } from '../fault';

/** Records are written, and the connection breaks in place of the answer: the product cannot know, and must neither lose nor double them. */
export const loseBrokerAnswers: Fault = {
  name: 'acknowledgements of brokers lost',
  logs: ['kafka'],
  inject: async ({ system: { brokers }, random, sleep }) => {
    const faults = brokers.wires.map((wire) => {
      const fault = loseProduceAnswers(1, 3 + Math.floor(random() * 5));
      wire.inspect(fault.inspect);
      return fault;
    });
    const lost = (): number => faults.reduce((sum, fault) => sum + fault.lost(), 0);
    for (let n = 0; n < 50 || (lost() === 0 && n < 1_200); n++) await sleep(50);
    for (const wire of brokers.wires) wire.inspect(undefined);
    return lost();
  },
};
