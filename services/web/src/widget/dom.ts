type Child = Node | string;

/** An element with attributes and children; text is text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | false>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A place of its own in the page: the page's styles do not come in, and ours do not go out. */
export function isolated(host: HTMLElement, styleUrl: string): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  if (root.childElementCount === 0) root.append(element('link', { rel: 'stylesheet', href: styleUrl }));
  return root;
}

/** The address of a picture if it is one that may be shown. */
export function pictureUrl(url: string | undefined): string | undefined {
  try {
    const { protocol, href } = new URL(url ?? '', document.baseURI);
    return url && /^(https?|blob):$/.test(protocol) ? href : url?.startsWith('data:image/') ? url : undefined;
  } catch {
    return undefined;
  }
}
