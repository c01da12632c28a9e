export * from './features';
export * from './hash';
export * from './keywords';
export * from './normalize';
export * from './similarity';
export * from './terms';
export * from './words';
