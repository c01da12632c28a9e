export * from './jdk-kafka';
export * from './kafka-for-tests';
export * from './produce-answers';
