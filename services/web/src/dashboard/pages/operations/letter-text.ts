import type { OpenLetter } from './rows';

/** What the person begins with: the event as far as it could be read, else as it came. */
export function textToEdit({ content, original }: OpenLetter): string {
  const isRead = content !== null && typeof content.body === 'object' && content.body !== null;
  return isRead ? JSON.stringify(content.body, null, 2) : (original.text ?? '{}');
}

/** The event that was typed; undefined when it is no JSON object. */
export function eventIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
