import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import tseslint from 'typescript-eslint'

const HTTP_IS_OF_THE_API = 'Only src/api speaks HTTP: call, or add, a function there.'

export default tseslint.config(
  { ignores: ['node_modules', 'src/api/schema.ts'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    rules: {
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/no-undef-components': ['error', { ignorePatterns: ['RouterLink', 'RouterView'] }],
      'vue/require-default-prop': 'off',
      // Labels stand beside their controls, bound by `for`; the rule wants both ways at once.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
      // It cannot see that Field labels what is in its slot; the specs ask for controls by their name.
      'vuejs-accessibility/form-control-has-label': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    ignores: ['src/api/**', 'src/**/*.spec.ts', 'src/testing/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'EventSource', 'XMLHttpRequest', 'WebSocket'].map((name) => ({
          name,
          message: HTTP_IS_OF_THE_API,
        })),
      ],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: '@/api/client', message: HTTP_IS_OF_THE_API }] },
      ],
    },
  },
  {
    files: ['src/**/*.spec.ts', 'src/testing/**'],
    rules: { '@typescript-eslint/no-empty-function': 'off' },
  },
  prettier,
)
