const REACHABLE = 'button, input, textarea, [href]';

/** Keeps the tab key within a panel. */
export function holdFocus(panel: HTMLElement, event: KeyboardEvent): void {
  const stops = [...panel.querySelectorAll<HTMLElement>(REACHABLE)].filter((one) => one.tabIndex >= 0 && one.offsetParent !== null);
  const root = panel.getRootNode();
  const active = root instanceof ShadowRoot ? root.activeElement : document.activeElement;
  const [first, last] = [stops[0], stops[stops.length - 1]];
  const leaving = event.shiftKey ? active === first || active === panel : active === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}
