import type { Amount, Seconds } from './rules';
import type { DeclaredClass, JsonSchema } from './field';
import type { ENVELOPE_FIELDS } from './event-body';

/** Who or what an event is about, and thus its order in the log: equal keys keep their order. */
export type KeyedBy = 'generation' | 'person' | 'experiment' | 'event';

/** A body as it is stored: envelope fields taken out, `Amount` under `<name>_micros`, `Seconds` under `<name>_ms`. */
export type Stored<Body> = {
  [
    K in keyof Body as K extends (typeof ENVELOPE_FIELDS)[number]
      ? never
      : NonNullable<Body[K]> extends Amount
        ? `${K & string}_micros`
        : NonNullable<Body[K]> extends Seconds
          ? `${K & string}_ms`
          : K
  ]: NonNullable<Body[K]> extends Amount | Seconds ? (undefined extends Body[K] ? number | undefined : number) : Body[K];
};

/** Data as a consumer sees it: the personal fields are gone once the key of the person is. */
export type Readable<Data, Personal extends PropertyKey> = Omit<Data, Personal> & { [K in Personal & keyof Data]?: Data[K] };

/** Turns the data of one version into the next one's. Must accept every sample ever released. */
export type Upcast = (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;

export interface EventDoor {
  readonly name: string;
  readonly browser: boolean;
  readonly internal?: true;
}

export interface EventSpec<Type extends string, Body extends object, Personal extends keyof Body & string> {
  /** Past tense with a subject. */
  readonly type: Type;
  /** Version of the stored data; raised when its shape changes, with an upcast from the one before and a frozen sample. */
  readonly version: number;
  readonly summary: string;
  readonly body: DeclaredClass<Body>;
  /** Fields that tell about a person: sealed in the log, gone with the person's key. */
  readonly personal: readonly Personal[];
  readonly keyedBy: KeyedBy;
  /**
   * `POST /api/analytics/<name>`, and the `type` of a batch entry; `browser` = allowed with a browser key; `internal` = written by
   * the system alone, behind a call of its own that validates it.
   */
  readonly http: EventDoor;
  /** From version n (the key) to n + 1, for every n below `version`. */
  readonly upcasts: Readonly<Record<number, Upcast>>;
}

export interface EventDefinition<Type extends string, Body extends object, Personal extends keyof Body & string> extends EventSpec<
  Type,
  Body,
  Personal
> {
  readonly topic: string;
}

/** What is known of a definition whose body type does not matter. */
export interface AnyEventDefinition {
  readonly type: string;
  readonly version: number;
  readonly summary: string;
  readonly topic: string;
  readonly body: DeclaredClass;
  readonly personal: readonly string[];
  readonly keyedBy: KeyedBy;
  readonly http: EventDoor;
  readonly upcasts: Readonly<Record<number, Upcast>>;
}

/** Declares an event: everything else (types, schemas, topic, documentation) follows from this one value. */
export function defineEvent<Type extends string, Body extends object, const Personal extends keyof Body & string>(
  spec: EventSpec<Type, Body, Personal>,
): EventDefinition<Type, Body, Personal> {
  for (let from = 1; from < spec.version; from++) {
    if (!spec.upcasts[from]) throw new Error(`${spec.type} is at version ${spec.version} and has no upcast from version ${from}`);
  }
  return { ...spec, topic: `picly.${spec.type}` };
}

/** The stored form of a definition's body, personal fields still in. */
export type StoredOf<D> = D extends EventDefinition<string, infer Body, infer _P> ? Stored<Body> : never;

/** The form in which projections see a definition's data. */
export type DataOf<D> = D extends EventDefinition<string, infer Body, infer Personal> ? Readable<Stored<Body>, Personal> : never;

export type { JsonSchema };
