import { COMMON_CONFIG, defineConfig, readConfig, setting, type ConfigOf } from '@picly/platform';

/** What praise and complaints are about, where nothing else is configured. */
const DEFAULT_TAGS = ['composition', 'colors', 'details', 'lighting', 'accuracy', 'style', 'realism', 'creative'];

/** The settings of the gateway beside those every service has. */
export const GATEWAY_SETTINGS = defineConfig({
  TAGS: setting.list({ default: DEFAULT_TAGS, meaning: 'Tag categories that ratings may use.' }),
  ERASED_PERSONS: setting.oneOf(['refuse', 'anonymous'], {
    default: 'refuse',
    meaning:
      'What becomes of an event of a person (or visit) that was erased: refuse answers person_erased, so that the sender learns of it; anonymous takes it without its personal fields, each as of somebody new.',
  }),
  ADMIN_KEY: setting.text({
    default: undefined,
    secret: true,
    minLength: 16,
    meaning: 'A key with scope admin that is always valid, to make the first keys with where the loopback interface is out of reach.',
  }),
  APPEND_DEADLINE_MS: setting.whole({
    default: 5_000,
    min: 100,
    max: 60_000,
    meaning: 'How long the event log may take to confirm before writers get 503, milliseconds.',
  }),
  QUEUE_EVENTS: setting.whole({
    default: 20_000,
    min: 1,
    max: 1_000_000,
    meaning: 'Most events waiting for the event log before writers get 503.',
  }),
  QUEUE_BYTES: setting.whole({
    default: 67_108_864,
    min: 1_048_576,
    max: 4_294_967_296,
    meaning: 'Most bytes of events waiting for the event log before writers get 503.',
  }),
  SERVICES: setting.addresses({
    default: new Map<string, string>(),
    meaning: 'Where reads of other services are sent, such as prompt-analytics=http://host:3000; empty when all run in this process.',
  }),
  ASKS_PER_DAY: setting.whole({
    default: 20,
    min: 0,
    max: 10_000,
    meaning: 'How often the widget may ask one person for a rating within 24 hours.',
  }),
  EXPERIMENT_LOOK_S: setting.whole({
    default: 30,
    min: 1,
    max: 86_400,
    meaning: 'How often experiments are checked for a look that is due, seconds; how often they are looked at is in their definition.',
  }),
  EXPERIMENT_WEBHOOK_URL: setting.url(['http', 'https'], {
    default: undefined,
    meaning: 'Where verdicts on experiments are told by POST; nobody is told when absent.',
  }),
  EXPERIMENT_WEBHOOK_SECRET: setting.text({
    default: undefined,
    secret: true,
    minLength: 16,
    meaning: 'Signs those calls: header X-Picly-Signature.',
  }),
  DASHBOARD_DEADLINE_MS: setting.whole({
    default: 5_000,
    min: 100,
    max: 60_000,
    meaning: 'How long the parts of the dashboard may take together, milliseconds.',
  }),
});

export const GATEWAY_CONFIG = defineConfig({ ...COMMON_CONFIG, ...GATEWAY_SETTINGS });

export type GatewayConfig = ConfigOf<typeof GATEWAY_CONFIG>;

/** Throws `ConfigError` naming every wrong variable. */
export const readGatewayConfig = (environment = process.env): GatewayConfig => readConfig(GATEWAY_CONFIG, environment);
