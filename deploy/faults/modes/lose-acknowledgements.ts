import type { Fault } from '../fault';

/** The connection breaks at the moment of a 202: the caller cannot know, and sends again. */
export const loseAcknowledgements: Fault = {
  name: 'acknowledgements lost',
  inject: async ({ system, random, sleep }) => {
    let lost = 0;
    for (const { wire } of system.instances) {
      wire.inspect((direction, chunk) => {
        if (direction !== 'to-client' || !chunk.toString('latin1').includes('HTTP/1.1 202') || random() > 0.3) return 'pass';
        lost++;
        return 'cut';
      });
    }
    await sleep(2_000);
    for (const { wire } of system.instances) wire.inspect(undefined);
    return lost;
  },
};
