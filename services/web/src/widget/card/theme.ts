/** `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

export const isTheme = (text: string | undefined): text is Theme => text === 'auto' || text === 'light' || text === 'dark';
