export * from './api-client';
export * from './errors';
export * from './lanes';
export * from './send-batch';
export * from './stable-id';
export * from './until-folded';
