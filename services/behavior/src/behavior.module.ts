import { Module } from '@nestjs/common';
import { provideQueries, type ServiceDefinition } from '@picly/platform';
import { EngagementController } from './views/engagement/engagement.controller';
import { engagement } from './views/engagement/engagement.projection';
import { EngagementQueries } from './views/engagement/engagement.queries';
import { BehaviorController } from './views/user-behavior/behavior.controller';
import { BehaviorQueries } from './views/user-behavior/behavior.queries';
import { userBehavior } from './views/user-behavior/user-behavior.projection';

@Module({
  controllers: [BehaviorController, EngagementController],
  providers: [provideQueries(BehaviorQueries), provideQueries(EngagementQueries)],
})
export class BehaviorModule {}

export const behaviorService: ServiceDefinition = { name: 'behavior', module: BehaviorModule, projections: [userBehavior, engagement] };
