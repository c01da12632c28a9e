import { cssColour } from '../app/theme';

/** Colours of what every chart has, in the theme of the moment. */
export interface PlotColours {
  readonly text: string;
  readonly grid: string;
  readonly zero: string;
  readonly surface: string;
}

export const plotColours = (): PlotColours => ({
  text: cssColour('--text-dim'),
  grid: cssColour('--grid'),
  zero: cssColour('--line'),
  surface: cssColour('--surface'),
});

export const FONT = '12px system-ui, sans-serif';

/** A colour with an opacity, as the canvas takes it. */
export const faded = (colour: string, opacity: number): string =>
  /^#[0-9a-f]{6}$/i.test(colour)
    ? colour +
      Math.round(opacity * 255)
        .toString(16)
        .padStart(2, '0')
    : colour;
