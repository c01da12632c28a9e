import { EVENT_TYPES, EVENTS } from '@picly/contracts';
import { standalone } from './standalone.module';

/** Receipts know every event by definition; what counts is a read model about its content. */
const readModels = standalone.projections.filter(({ name }) => name !== 'receipts');

describe('every event', () => {
  it.each(EVENT_TYPES)('%s is folded by a read model', (type) => {
    expect(readModels.filter((projection) => projection.events.includes(type)).map(({ name }) => name)).not.toEqual([]);
  });

  it('has a receipt', () => {
    const receipts = standalone.projections.find(({ name }) => name === 'receipts');
    expect([...(receipts?.events ?? [])].sort()).toEqual([...EVENT_TYPES].sort());
  });
});

describe('every table', () => {
  it('has a name of its own, because all of them are published side by side', () => {
    const names = standalone.projections.flatMap(({ tables, sqlViews = [] }) => [...tables.map(({ name }) => name), ...sqlViews]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(['generation_ratings', 'prompt_analytics', 'user_behavior', 'ab_experiments', 'model_performance', 'ml_training_data'])(
    '%s is among them',
    (table) => {
      const names = standalone.projections.flatMap(({ tables, sqlViews = [] }) => [...tables.map(({ name }) => name), ...sqlViews]);
      expect(names).toContain(table);
    },
  );
});

describe('every projection', () => {
  /** What operators decide about experiments; nothing of it is read from a personal field. */
  const aboutNobody = ['experiment-registry'];
  const ofPeople = readModels
    .filter(({ name }) => !aboutNobody.includes(name))
    .filter(({ events }) => events.some((type) => EVENTS[type].personal.length > 0));

  it.each(ofPeople.map(({ name }) => name))('%s can take back what an erased person did', (name) => {
    expect(typeof standalone.projections.find((projection) => projection.name === name)?.unfold).toBe('function');
  });
});
