export * from './definition';
export { FieldReader } from './field-reader';
export * from './for-assignment';
export * from './life-cycle';
export * from './limits';
export * from './metrics';
export * from './phases';
export * from './read-definition';
export * from './stored';
