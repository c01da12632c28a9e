import { ConfigResourceTypes, type Admin, type IResourceConfigEntry } from 'kafkajs';
import { LogConfigurationError } from '../errors';
import type { TopicSpec } from '../port';

const FOR_EVER = '-1';
/** Of what Kafka answers: set for the topic itself, not a default of the broker. */
const SET_FOR_TOPIC = 1;
const NAMED = 5;

/** What decides whether Kafka drops records by itself. */
export function keepingSettings({ retentionMs }: TopicSpec): readonly IResourceConfigEntry[] {
  return [
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'retention.ms', value: retentionMs === null ? FOR_EVER : String(retentionMs) },
    { name: 'retention.bytes', value: FOR_EVER },
  ];
}

/** A setting by which Kafka would drop records that are still needed. */
interface Harm {
  readonly topic: string;
  readonly setting: string;
  readonly value: string;
  readonly needed: string;
}

interface Found {
  readonly topic: string;
  /** By name, as they take effect. */
  readonly values: ReadonlyMap<string, string>;
  /** Set for the topic itself. */
  readonly own: readonly IResourceConfigEntry[];
}

export interface SettingsOptions {
  /** `mend`: harmful settings are changed, all others of the topic are left as they are. */
  readonly harmful: 'refuse' | 'mend';
  readonly onWarning: (message: string, cause?: unknown) => void;
}

/**
 * Makes sure that Kafka keeps what the topics are to keep: it knows nothing of readers, and compaction leaves holes.
 * @throws LogConfigurationError naming topics, settings, values and remedy
 */
export async function checkSettings(admin: Admin, specs: readonly TopicSpec[], { harmful, onWarning }: SettingsOptions): Promise<void> {
  if (specs.length === 0) return;
  const found = await settingsOf(admin, specs).catch((error: unknown) => {
    onWarning(
      'the settings of topics cannot be read: make sure that they have retention.ms=-1, retention.bytes=-1, cleanup.policy=delete',
      error,
    );
    return [];
  });
  const harms = found.flatMap((settings) => harmsOf(settings, specs));
  if (harms.length === 0) return;
  if (harmful === 'refuse') throw new LogConfigurationError(refusal(harms));
  await mend(admin, harms, found);
  onWarning(
    `settings of topics were changed: ${harms.map((harm) => `${harm.topic} ${harm.setting}=${harm.needed} (was ${harm.value})`).join(', ')}`,
  );
}

async function settingsOf(admin: Admin, specs: readonly TopicSpec[]): Promise<Found[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return resources.map(({ resourceName: topic, configEntries }) => ({
    topic,
    values: new Map(configEntries.map((entry) => [entry.configName, entry.configValue])),
    own: configEntries
      .filter((entry) => Number(entry.configSource) === SET_FOR_TOPIC)
      .map((entry) => ({ name: entry.configName, value: entry.configValue })),
  }));
}

function harmsOf({ topic, values }: Found, specs: readonly TopicSpec[]): Harm[] {
  const spec = specs.find(({ name }) => name === topic);
  return (spec ? keepingSettings(spec) : []).flatMap(({ name: setting, value: needed }) => {
    const value = values.get(setting);
    return value === undefined || keepsEnough(setting, value, needed) ? [] : [{ topic, setting, value, needed }];
  });
}

function keepsEnough(setting: string, value: string, needed: string): boolean {
  if (value === needed) return true;
  if (setting === 'cleanup.policy') return false;
  return value === FOR_EVER || (needed !== FOR_EVER && Number(value) >= Number(needed));
}

/** Setting some would take the others of the topic away: they are sent along as they are. */
async function mend(admin: Admin, harms: readonly Harm[], found: readonly Found[]): Promise<void> {
  const resources = found
    .filter(({ topic }) => harms.some((harm) => harm.topic === topic))
    .map(({ topic, own }) => {
      const changes = harms.filter((harm) => harm.topic === topic).map(({ setting, needed }) => ({ name: setting, value: needed }));
      const kept = own.filter(({ name }) => changes.every((change) => change.name !== name));
      return { type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [...kept, ...changes] };
    });
  await admin.alterConfigs({ validateOnly: false, resources });
}

function refusal(harms: readonly Harm[]): string {
  const named = harms.slice(0, NAMED).map(({ topic, setting, value, needed }) => `${topic} has ${setting}=${value} (needed: ${needed})`);
  const more = harms.length > NAMED ? `, and ${harms.length - NAMED} more settings` : '';
  const [first] = harms;
  const example = first
    ? `kafka-configs.sh --alter --entity-type topics --entity-name ${first.topic} --add-config ${first.setting}=${first.needed}`
    : '';
  return (
    `Kafka would drop events that views are folded and rebuilt from: ${named.join(', ')}${more}. ` +
    `Set them (${example}), or start with KAFKA_TOPIC_SETTINGS=mend, which does`
  );
}
