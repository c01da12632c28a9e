import { defineEvent } from '../define-event';
import { EventBody } from '../event-body';
import { Decimal, Duration, type Seconds, Text, Uuid, Whole, Words } from '../rules';

export class RatingSubmitted extends EventBody {
  @Uuid({ description: 'The rated generation; it may become known later than its rating.' })
  generation_id!: string;

  @Whole({ min: 1, max: 5 }, { description: 'Stars; 4 and 5 are a success.' })
  rating!: number;

  @Decimal({ min: 0, max: 100 }, { optional: true })
  quality_score?: number;

  @Text({ max: 5000 }, { optional: true, description: 'Free text of the rater. Personal: sealed in the log.' })
  feedback?: string;

  @Words({ maxItems: 32, maxLength: 64 }, { optional: true, description: 'Tag categories, from the configured list.' })
  tags?: string[];

  @Duration({ optional: true, description: 'Seconds from seeing the picture to rating it.' })
  time_to_rate?: Seconds;
}

export const ratingSubmitted = defineEvent({
  type: 'rating-submitted',
  version: 1,
  summary: 'A person rated a generation. A later rating of the same rater replaces the earlier one.',
  body: RatingSubmitted,
  personal: ['user_id', 'session_id', 'context', 'feedback'],
  keyedBy: 'generation',
  http: { name: 'rate', browser: true },
  upcasts: {},
});
