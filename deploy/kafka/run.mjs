// npm run kafka: a real Kafka on this machine without a container engine.
//   --brokers 3        a cluster instead of a single broker
//   --port 9092        client port of the first broker (the next ones follow); 0 takes free ports
//   --data-dir DIR     where the data lives (default .kafka/data)
//   --controlled       for programs: commands on stdin (`kill 2`, `stop 2`, `start 2`, `pause 2`, `resume 2`), ends when stdin closes
//   --detour           for programs: another port per broker whose clients are told a third one, where a proxy may listen
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startBrokers } from './brokers.mjs';
import { home } from './jars.mjs';

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: '1' },
    port: { type: 'string', default: '9092' },
    'data-dir': { type: 'string', default: path.join(home, 'data') },
    'heap-mb': { type: 'string', default: '384' },
    controlled: { type: 'boolean', default: false },
    detour: { type: 'boolean', default: false },
  },
});

const count = Number(values.brokers);
const first = Number(values.port);
const ports = Array.from({ length: count }, (_, i) => (first === 0 ? 0 : first + i));

let cluster;
let starting;
let stopping;

async function stop() {
  stopping ??= (async () => {
    await starting?.catch(() => undefined);
    await cluster?.stop();
    process.exit(0);
  })();
  await stopping;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop());

const commands = {
  kill: (broker) => broker.stop('SIGKILL'),
  stop: (broker) => broker.stop(),
  start: (broker) => broker.start(),
  pause: (broker) => broker.signal('SIGSTOP'),
  resume: (broker) => broker.signal('SIGCONT'),
};

async function obey(line) {
  const [command, id] = line.trim().split(/\s+/);
  const broker = cluster?.brokers[Number(id) - 1];
  if (!broker || !(command in commands)) return console.log(`error: unknown command ${line}`);
  await commands[command](broker);
  console.log(`done: ${line.trim()}`);
}

if (values.controlled) {
  createInterface({ input: process.stdin })
    .on('line', (line) => obey(line).catch((error) => console.log(`error: ${error.message}`)))
    .on('close', () => void stop());
}

try {
  starting = startBrokers({
    count,
    ports,
    dataDir: path.resolve(values['data-dir']),
    heapMb: Number(values['heap-mb']),
    detour: values.detour,
  });
  cluster = await starting;
  const detours = values.detour ? ` detours ${cluster.detours.join(',')}` : '';
  console.log(`Kafka is ready: ${cluster.addresses.join(',')}${detours} (data in ${path.resolve(values['data-dir'])}, Ctrl-C stops it)`);
} catch (error) {
  console.error(`Kafka is not available: ${error.message}`);
  process.exit(1);
}
