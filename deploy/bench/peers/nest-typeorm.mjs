// Peer (b): the usual way. Nest's Kafka transport, one @EventPattern handler, one TypeORM `save` per event.
// usage: node nest-typeorm.mjs <brokers> <postgres url> <topic> <events>; prints one JSON line with the seconds taken.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, Transport } from '@nestjs/microservices';
import { DataSource, EntitySchema } from 'typeorm';

const [brokers, url, topic, count] = process.argv.slice(2);

const Rating = new EntitySchema({
  name: 'bench_rating',
  columns: {
    eventId: { type: 'uuid', primary: true },
    generationId: { type: 'uuid' },
    userId: { type: 'text' },
    rating: { type: 'int' },
    quality: { type: 'numeric', nullable: true },
    feedback: { type: 'text', nullable: true },
    ratedAt: { type: 'timestamptz' },
  },
  indices: [{ columns: ['generationId'] }],
});

const dataSource = await new DataSource({ type: 'postgres', url, entities: [Rating], synchronize: true, poolSize: 4 }).initialize();
const repository = dataSource.getRepository(Rating);
let seen = 0;
let started;

class RatingsController {
  async rated(event) {
    started ??= performance.now();
    await repository.save(event);
    seen += 1;
    if (seen < Number(count)) return;
    console.log(JSON.stringify({ events: seen, seconds: (performance.now() - started) / 1000 }));
    process.exit(0);
  }
}
Controller()(RatingsController);
const handler = Object.getOwnPropertyDescriptor(RatingsController.prototype, 'rated');
EventPattern(topic)(RatingsController.prototype, 'rated', handler);
Payload()(RatingsController.prototype, 'rated', 0);

class AppModule {}
Module({ controllers: [RatingsController] })(AppModule);

const app = await NestFactory.createMicroservice(AppModule, {
  transport: Transport.KAFKA,
  options: {
    client: { clientId: 'bench', brokers: brokers.split(',') },
    consumer: { groupId: `bench-${Date.now()}` },
    subscribe: { fromBeginning: true },
  },
  logger: ['error', 'warn'],
});
await app.listen();
