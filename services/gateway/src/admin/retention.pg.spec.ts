import { GatewayWorld } from '../testing/gateway-world';

it('a rule that would drop what views are rebuilt from keeps the system from starting, and the views are named', async () => {
  await expect(GatewayWorld.start({ LOG_RETENTION: 'picly.rating-submitted=30' })).rejects.toThrow(
    /picly.rating-submitted is kept: .*receipts.* would be rebuilt from its first event/,
  );
});

it('a rule that is none is refused', async () => {
  await expect(GatewayWorld.start({ LOG_RETENTION: 'picly.rating-submitted=soon' })).rejects.toThrow('LOG_RETENTION must be topic=days');
});

it('old events are dropped once their views give up being rebuilt from them', async () => {
  const world = await GatewayWorld.start();
  await world.log.append([
    { topic: 'picly.rating-submitted', key: 'old', value: Buffer.from('{'), headers: {}, timestamp: Date.UTC(2020, 0, 1) },
  ]);
  const position = await world.post('rate', { generation_id: '0b6f9a52-6a0e-4a9e-9f0e-6a4a1f4f1d11', rating: 5 });
  expect(position.status).toBe(202);
  const projections = await world.send('GET', 'admin/projections');
  const names = (projections.body['data'] as readonly { projection: string }[]).map(({ projection }) => projection);
  for (;;) {
    const { body } = await world.send('GET', 'admin/projections');
    if ((body['data'] as readonly { lag_events: number }[]).every((row) => row.lag_events === 0)) break;
  }
  await world.service.close();
  const again = await GatewayWorld.start(
    { LOG_RETENTION: 'picly.rating-submitted=30', LOG_RETENTION_OVER_REBUILDS: names.join(',') },
    world.database,
  );
  const kept = async (): Promise<number> =>
    (await again.log.bounds(['picly.rating-submitted'])).reduce((sum, { start, end }) => sum + end - start, 0);
  while ((await kept()) > 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await kept()).toBe(1);
  await again.stop();
  await world.log.close();
});
