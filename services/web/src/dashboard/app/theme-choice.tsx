import type { JSX } from 'react';
import { chooseTheme, THEMES, useTheme } from './theme';

const LABELS = { auto: 'System theme', light: 'Light', dark: 'Dark' } as const;

export function ThemeChoice(): JSX.Element {
  const theme = useTheme();
  return (
    <select
      className="theme-choice"
      aria-label="Theme"
      value={theme}
      onChange={(event) => chooseTheme(THEMES.find((one) => one === event.target.value) ?? 'auto')}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {LABELS[one]}
        </option>
      ))}
    </select>
  );
}
