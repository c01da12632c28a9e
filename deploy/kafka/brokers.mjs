// Real brokers (KRaft, broker and controller in one process each) from the jars of pom.xml and the JDK.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { jars, needs } from './jars.mjs';

const host = '127.0.0.1';
const jvm = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-Djava.awt.headless=true'];

/**
 * Formats what is new under `dataDir` and starts `count` brokers; resolves when all of them take requests.
 * `ports`: one client port per broker; 0 takes a free one (kept in dataDir for the next start). With `detour` each broker listens at
 * one more port, and tells who connects there to come to yet another: a proxy of the caller.
 */
export async function startBrokers({ count = 1, ports = [], dataDir, heapMb = 384, detour = false }) {
  await needs('java', ['-version'], 'no Java 17 is installed');
  const classpath = path.join(await jars(), '*');
  await mkdir(dataDir, { recursive: true });
  const cluster = await describe({ count, ports, dataDir, detour });
  const brokers = await Promise.all(cluster.nodes.map((node) => prepare({ node, cluster, dataDir, classpath, heapMb })));
  const stop = () => Promise.all(brokers.map((broker) => broker.stop()));
  const started = await Promise.allSettled(brokers.map((broker) => broker.start()));
  const failed = started.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    addresses: cluster.nodes.map((node) => `${host}:${node.port}`),
    detours: cluster.nodes.flatMap(({ detour: aside }) => (aside ? [`${host}:${aside.port}=${aside.advertised}`] : [])),
    brokers,
    stop,
  };
}

async function describe({ count, ports, dataDir, detour }) {
  const file = path.join(dataDir, 'cluster.json');
  const known = JSON.parse(await readFile(file, 'utf8').catch(() => 'null'));
  if (known && known.nodes.length === count && ports.every((port, i) => !port || port === known.nodes[i].port)) return known;
  if (known) throw new Error(`${dataDir} holds a cluster of another shape: choose another --data-dir or remove it`);
  const free = await freePorts(4 * count);
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    port: ports[i] || free[i],
    controllerPort: free[count + i],
    ...(detour && { detour: { port: free[2 * count + i], advertised: free[3 * count + i] } }),
  }));
  const cluster = { id: clusterId(), nodes };
  await writeFile(file, JSON.stringify(cluster));
  return cluster;
}

/** Not one that the command line would take for an option. */
function clusterId() {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

/** All are held open until all are found, so that no two are the same. */
async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, host, () => resolve(server));
  });
}

function properties({ node, cluster, logDir }) {
  const copies = Math.min(3, cluster.nodes.length);
  const inSync = copies === 3 ? 2 : 1;
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': cluster.nodes.map((n) => `${n.id}@${host}:${n.controllerPort}`).join(','),
    listeners: `PLAINTEXT://${host}:${node.port},CONTROLLER://${host}:${node.controllerPort}${aside(node.detour?.port)}`,
    'advertised.listeners': `PLAINTEXT://${host}:${node.port}${aside(node.detour?.advertised)}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,DETOUR:PLAINTEXT',
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.retention.check.interval.ms': 30000,
  };
}

const aside = (port) => (port ? `,DETOUR://${host}:${port}` : '');

async function prepare({ node, cluster, dataDir, classpath, heapMb }) {
  const home = path.join(dataDir, `broker-${node.id}`);
  const logDir = path.join(home, 'log');
  await mkdir(home, { recursive: true });
  const settings = path.join(home, 'server.properties');
  const lines = Object.entries(properties({ node, cluster, logDir }));
  await writeFile(settings, lines.map(([key, value]) => `${key}=${value}\n`).join(''));
  const logging = path.join(home, 'log4j2.properties');
  await writeFile(logging, log4j(path.join(home, 'broker.log')));
  const java = [...jvm, `-Xmx${heapMb}m`, `-Dlog4j2.configurationFile=${logging}`, '-cp', classpath];
  if (!existsSync(path.join(logDir, 'meta.properties'))) {
    await needs(
      'java',
      [...java, 'kafka.tools.StorageTool', 'format', '-t', cluster.id, '-c', settings],
      'the data directory could not be formatted',
    );
  }
  return new Broker(node, [...java, 'kafka.Kafka', settings], path.join(home, 'broker.log'));
}

const log4j = (file) => `appender.file.type=File
appender.file.name=file
appender.file.fileName=${file}
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d %p %m (%c)%n%ex
rootLogger.level=INFO
rootLogger.appenderRef.file.ref=file
`;

class Broker {
  constructor(node, args, logFile) {
    Object.assign(this, { node, args, logFile, process: undefined, gone: Promise.resolve() });
  }

  async start(withinMs = 240_000) {
    const logged = (await stat(this.logFile).catch(() => ({ size: 0 }))).size;
    const child = spawn('java', this.args, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
    this.process = child;
    this.gone = new Promise((resolve) => child.once('exit', resolve));
    let exited = false;
    void this.gone.then(() => (exited = true));
    for (const until = Date.now() + withinMs; !(await this.#serves(logged));) {
      if (exited) throw new Error(`broker ${this.node.id} ended while starting, see ${this.logFile}`);
      if (Date.now() > until) throw new Error(`broker ${this.node.id} was not ready within ${withinMs} ms, see ${this.logFile}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop(signal = 'SIGTERM') {
    if (!this.process) return;
    this.process.kill(signal);
    const late = setTimeout(() => this.process?.kill('SIGKILL'), 15_000);
    await this.gone;
    clearTimeout(late);
    this.process = undefined;
  }

  signal(signal) {
    this.process?.kill(signal);
  }

  /** Kafka says so in its log; the port alone opens before the broker is unfenced. */
  async #serves(logged) {
    const log = await readFile(this.logFile).catch(() => Buffer.alloc(0));
    return log.includes('Kafka Server started', logged) && (await opens(this.node.port));
  }
}

function opens(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, host, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false)).once('connect', () => socket.destroy());
  });
}
