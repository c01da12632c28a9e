interface KnownRoute {
  readonly segments: readonly string[];
  readonly methods: readonly string[];
}

const fits = (segment: string, part: string | undefined): boolean => part !== undefined && (segment.startsWith(':') || segment === part);

/** All routes, to tell a wrong method from a wrong path. */
export class RouteTable {
  private readonly routes: KnownRoute[] = [];

  add(url: string, method: string | readonly string[]): void {
    this.routes.push({ segments: url.split('/'), methods: typeof method === 'string' ? [method] : method });
  }

  /** The methods that some route offers at this path, sorted; a preflight route alone makes nothing of a path. */
  methodsAt(path: string): string[] {
    const parts = path.split('/');
    const found = this.routes.filter(({ segments }) => {
      const wild = segments.indexOf('*');
      if (wild < 0 && segments.length !== parts.length) return false;
      return (wild < 0 ? segments : segments.slice(0, wild)).every((segment, i) => fits(segment, parts[i]));
    });
    const methods = [...new Set(found.flatMap((route) => route.methods))].sort();
    return methods.every((method) => method === 'OPTIONS') ? [] : methods;
  }
}
