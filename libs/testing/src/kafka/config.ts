const BROKERS = 'PICLY_TEST_KAFKA';
const UNAVAILABLE = 'PICLY_TEST_KAFKA_UNAVAILABLE';
const FILES = 'PICLY_TEST_KAFKA_FILES';
const REQUIRED = 'PICLY_REQUIRE';

/** Brokers the specs use, comma separated. Set it from outside to test against a cluster of your own. */
export function testKafkaBrokers(): string[] | undefined {
  return process.env[BROKERS]?.split(',').filter((broker) => broker !== '');
}

/** Where those brokers keep their files, when that is on this machine. */
export function testKafkaFiles(): string | undefined {
  return process.env[FILES];
}

/** Why there is no Kafka here, once that is known. */
export function kafkaUnavailable(): string | undefined {
  return process.env[UNAVAILABLE];
}

/** `PICLY_REQUIRE=kafka,...`: what must be there, lest its specs pass by not running. */
export function isKafkaRequired(): boolean {
  return (process.env[REQUIRED] ?? '').split(/[\s,]+/).includes('kafka');
}

/** Hand the outcome to the worker processes, which inherit the environment. */
export function publishKafka(outcome: {
  readonly brokers?: readonly string[];
  readonly dataDir?: string;
  readonly unavailable?: string;
}): void {
  set(BROKERS, outcome.brokers?.join(','));
  set(FILES, outcome.dataDir);
  set(UNAVAILABLE, outcome.unavailable);
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
