export { activateProjection } from './activate';
export * from './define';
export * from './digest';
export * from './errors';
export * from './fold-events';
export * from './install';
export * from './migrations';
export { schemaOf, topicsOf } from './names';
