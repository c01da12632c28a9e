export * from './features';
export * from './hash';
export * from './keywords';
export * from './normalize';
export { phraseTermsWith } from './phrases';
export * from './similarity';
export { formsOf } from './stem';
export * from './terms';
export * from './words';
