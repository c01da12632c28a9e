import { Text, Uuid, validateBody, type FieldError } from '@picly/contracts';

/** The question whether a person may be asked to rate a generation. */
export class AskBody {
  @Uuid({ description: 'The picture in question.' })
  generation_id!: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The person, as the sender names them.' })
  user_id?: string;

  @Text({ min: 1, max: 200 }, { optional: true, description: 'The visit, where the person is not known.' })
  session_id?: string;
}

/** A valid question, or everything wrong with it. */
export function readAskBody(body: unknown): AskBody | readonly FieldError[] {
  const invalid = validateBody(AskBody, body);
  if (invalid.length > 0) return invalid;
  const wanted = Object.assign(new AskBody(), body);
  if (wanted.user_id !== undefined || wanted.session_id !== undefined) return wanted;
  return [{ pointer: '/user_id', code: 'required', message: 'user_id or session_id must be given: whom to ask' }];
}
