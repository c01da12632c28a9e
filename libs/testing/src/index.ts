export * from './database';
export * from './kafka';
export * from './tcp-proxy';
export * from './builders';
export * from './projection-spec';
export * from './scramble';
export * from './toy-projection';
