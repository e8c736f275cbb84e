import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const server = process.env.LECTERN_SERVER ?? 'http://127.0.0.1:8000'
const proxied = { target: server, changeOrigin: true, headers: { origin: server } }

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: '../backend/pages/dist',
    emptyOutDir: true,
    // The server's Content-Security-Policy allows neither data: addresses nor inline scripts.
    assetsInlineLimit: 0,
    // These know light-dark() and :dir(), which cannot be lowered without loss.
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // All texts of a language are one file, loaded where that language is read.
            {
              debugName: 'texts',
              name: (id: string) => {
                const language = /\/texts\/([\w-]+)\.json$/.exec(id)?.[1]
                return language === undefined ? null : `texts-${language}`
              },
            },
          ],
        },
      },
    },
  },
  server: {
    // The names that are left alone are one list, for the pages and the server.
    fs: { allow: ['.', '../backend/uploads'] },
    proxy: {
      '/api': proxied,
      '/healthz': proxied,
      '/readyz': proxied,
      '/openapi.json': proxied,
    },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/testing/setup.ts'],
    include: ['src/**/*.spec.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    maxWorkers: 2,
    testTimeout: 30_000,
  },
})
