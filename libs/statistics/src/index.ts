export * from './log-histogram';
export * from './percentile';
export * from './wilson';
