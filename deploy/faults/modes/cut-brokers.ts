import type { Fault } from '../fault';

/** Connections to the brokers are slow, break again and again, and then none can be made to one of them. */
export const cutBrokers: Fault = {
  name: 'broker connections slow and cut',
  logs: ['kafka'],
  inject: async ({ system: { brokers }, random, sleep }) => {
    const cuts = 3 + Math.floor(random() * 4);
    for (const wire of brokers.wires) wire.delay(10 + random() * 40);
    for (let n = 0; n < cuts; n++) {
      await sleep(100 + random() * 400);
      brokers.wires[Math.floor(random() * brokers.wires.length)]?.cut();
    }
    for (const wire of brokers.wires) {
      // What is still on its way must not be overtaken.
      wire.cut();
      wire.delay(0);
    }
    const alone = brokers.wires[Math.floor(random() * brokers.wires.length)];
    alone?.refuse(true);
    await sleep(500 + random() * 1_000);
    alone?.refuse(false);
    return cuts;
  },
};
