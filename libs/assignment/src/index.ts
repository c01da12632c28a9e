export * from './assign';
export { matches, type Attributes, type Comparison, type Condition, type Groups, type Scalar } from './condition';
export * from './condition-errors';
export * from './definition';
export * from './hash';
export * from './namespace';
export * from './query-override';
export * from './ranges';
