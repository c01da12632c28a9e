import { useId, type JSX } from 'react';
import type { FieldError } from '../../../api/client';
import { problemsAt } from './draft';
import type { Field } from './fields';

interface PointerFieldProps {
  readonly field: Field;
  /** Its own pointer, the number of its row in it. */
  readonly pointer: string;
  readonly text: string;
  readonly problems: readonly FieldError[];
  readonly change: (text: string) => void;
}

/** A field of a definition, with what the server says is wrong with it. */
export function PointerField({ field, pointer, text, problems, change }: PointerFieldProps): JSX.Element {
  const id = useId();
  const wrong = problemsAt(problems, pointer);
  const common = {
    id,
    name: pointer,
    value: text,
    required: field.required === true,
    'aria-invalid': wrong.length > 0,
    'aria-describedby': `${id}-about`,
    onChange: ({ target }: { readonly target: { readonly value: string } }) => change(target.value),
  };
  return (
    <div className={`field ${field.kind === 'long' || field.kind === 'json' ? 'search' : ''}`}>
      <label htmlFor={id}>{field.label}</label>
      {field.choices !== undefined ? (
        <select {...common}>
          {[...new Set([...field.choices, text])].map((choice) => (
            <option key={choice} value={choice}>
              {choice === '' ? '–' : choice}
            </option>
          ))}
        </select>
      ) : field.kind === 'long' || field.kind === 'json' ? (
        <textarea {...common} rows={2} maxLength={20_000} spellCheck={field.kind === 'long'} />
      ) : (
        <input {...common} maxLength={field.kind === 'words' ? 10_000 : 200} inputMode={field.kind === 'number' ? 'decimal' : 'text'} />
      )}
      <small id={`${id}-about`} className={wrong.length > 0 ? 'problem' : 'dim'}>
        {wrong.length > 0 ? wrong.join('; ') : field.hint}
      </small>
    </div>
  );
}
