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
    // A slow machine may have none to lose for a while.
    for (let n = 0; n < 40 || (lost === 0 && n < 1_200); n++) await sleep(50);
    for (const { wire } of system.instances) wire.inspect(undefined);
    return lost;
  },
};
