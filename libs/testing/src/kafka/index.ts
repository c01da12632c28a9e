export * from './jdk-kafka';
export * from './kafka-for-tests';
