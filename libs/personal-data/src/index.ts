export * from './errors';
export * from './key-cache';
export * from './migrations';
export * from './person-keys';
export * from './seal';
export * from './subject';
export * from './throwaway-key';
export * from './key-backup';
