import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const sqlHomes = [
  'services/*/src/**/*.projection.ts',
  'services/*/src/**/*.fold.ts',
  'services/*/src/**/*.queries.ts',
  'services/*/migrations/**',
  'libs/{database,event-log,projections,personal-data,testing}/**',
  'deploy/**',
  '**/*.spec.ts',
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.picly*/', '.kafka/', 'docs/generated/', '**/*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: false },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      'no-control-regex': 'off',
      complexity: ['error', 10],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'max-params': ['error', 4],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only config.ts reads the environment: take the value as a parameter.',
        },
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
        { selector: 'TSAsExpression > TSAsExpression', message: 'A cast through another type hides an error: narrow the value instead.' },
      ],
    },
  },
  {
    files: ['**/config.ts', '**/*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['services/*/src/**/*.{ts,tsx}', 'libs/{contracts,statistics,prompt-text,platform}/src/**/*.ts'],
    ignores: sqlHomes,
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only config.ts reads the environment: take the value as a parameter.',
        },
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
        {
          selector:
            'TemplateElement[value.raw=/^\\s*(select|insert into|update|delete from|with)\\s/i], Literal[value=/^\\s*(select|insert into|delete from)\\s/i]',
          message: 'SQL lives in *.projection.ts, *.fold.ts, *.queries.ts and migrations.',
        },
      ],
    },
  },
  {
    files: ['**/config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/*.features.ts', 'libs/testing/**/*.ts'],
    rules: { 'max-lines': ['error', { max: 500 }], 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        performance: 'readonly',
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
);
