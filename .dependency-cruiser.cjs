/** The dependency rule: see docs/architecture.md. No exceptions, no baseline. */
const lib = (names) => `^libs/(${names})/`;

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that two files are one thing: merge them or move the shared part below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'services-do-not-know-each-other',
      comment:
        'Services share events and libraries. Move what is shared to a library, or ask over HTTP. Only standalone composes services.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '^services/standalone/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'standalone-composes-modules-only',
      comment: 'The composition root takes the modules (and the list of settings) of the services, nothing inside them.',
      severity: 'error',
      from: { path: '^services/standalone/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^services/(?!standalone/)', pathNot: '(\\.module|/config)\\.ts$' },
    },
    {
      name: 'libs-do-not-know-services',
      comment: 'Libraries serve services, not the other way round.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^services/' },
    },
    {
      name: 'leaves-import-nothing-of-ours',
      comment: 'Contracts, statistics, assignment and prompt-text are what everybody can depend on, because they depend on nobody.',
      severity: 'error',
      from: { path: lib('contracts|statistics|assignment|prompt-text'), pathNot: '\\.spec\\.ts$' },
      to: { path: '^(libs|services)/', pathNot: '^libs/(contracts|statistics|assignment|prompt-text)/' },
    },
    {
      name: 'leaves-do-not-import-each-other',
      comment: 'See leaves-import-nothing-of-ours.',
      severity: 'error',
      from: { path: '^libs/(contracts|statistics|assignment|prompt-text)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/(contracts|statistics|assignment|prompt-text)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'lower-libs-do-not-know-higher-ones',
      comment: 'database < event-log, personal-data < projections < erasure < platform.',
      severity: 'error',
      from: { path: lib('database|event-log|personal-data|projections|erasure'), pathNot: '\\.(spec|features)\\.ts$|/conformance/' },
      to: { path: lib('platform|testing') },
    },
    {
      name: 'nest-stays-at-the-edge',
      comment: 'Nest belongs in main.ts, *.module.ts, *.controller.ts and libs/platform: everything else must run without it.',
      severity: 'error',
      from: { path: '^(libs|services)/', pathNot: '(^libs/platform/|main\\.ts$|\\.module\\.ts$|\\.controller\\.ts$|\\.spec\\.ts$)' },
      to: { path: 'node_modules/@nestjs' },
    },
    {
      name: 'libs-are-entered-at-their-index',
      comment: 'Import @picly/<lib>; what is not exported there is private.',
      severity: 'error',
      from: { path: '^(services|libs/([^/]+))/' },
      to: { path: '^libs/([^/]+)/src/(?!index\\.ts$)', pathNot: ['^libs/$2/'] },
    },
    {
      name: 'browser-code-knows-contracts-only',
      comment: 'What runs in a browser asks the public API; of ours it may import the contracts and the assignment to arms.',
      severity: 'error',
      from: { path: '^services/web/src/' },
      to: { path: '^(libs/(?!(contracts|assignment)/)|services/(?!web/))' },
    },
    {
      name: 'tests-are-not-shipped',
      comment: 'Product code does not import tests or the testing library.',
      severity: 'error',
      from: {
        path: '^(services|libs)/',
        pathNot: '(^libs/testing/|^(services|libs)/[^/]+/src/testing/|\\.spec\\.ts$|\\.features\\.ts$|/conformance/)',
      },
      to: { path: '(^libs/testing/|^(services|libs)/[^/]+/src/testing/|\\.spec\\.ts$|\\.features\\.ts$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|docs|node_modules/\\.cache)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
