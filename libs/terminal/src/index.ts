export * from './figures';
export * from './progress';
export * from './table';
