/** Every error the public API can answer: code, HTTP status, title (RFC 9457). */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  validation_failed: { status: 400, title: 'The request is not valid' },
  invalid_query: { status: 400, title: 'The query is not valid' },
  invalid_position: { status: 400, title: 'X-Picly-After is not a position of this system' },
  unauthenticated: { status: 401, title: 'A key is required' },
  forbidden: { status: 403, title: 'The key does not allow this' },
  origin_not_allowed: { status: 403, title: 'The key is not for this origin' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'The method is not supported here' },
  not_acceptable: { status: 406, title: 'The format is not supported here' },
  request_timeout: { status: 408, title: 'The body did not arrive in time' },
  event_in_flight: { status: 409, title: 'The same event id is under way with another body' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type or encoding is not supported' },
  event_id_reused: { status: 422, title: 'The event id was used before with another body' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The header fields are too large' },
  internal: { status: 500, title: 'Something is broken here' },
  log_unavailable: { status: 503, title: 'The event log cannot take events now' },
  overloaded: { status: 503, title: 'Too much is waiting' },
  not_caught_up: { status: 503, title: 'The view has not folded that far yet' },
  service_unavailable: { status: 503, title: 'A part of the system does not answer now' },
  shutting_down: { status: 503, title: 'The system is stopping' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
