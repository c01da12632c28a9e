export * from './errors';
export * from './partitioner';
export * from './port';
