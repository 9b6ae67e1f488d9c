import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  // Preact needs no plugin: the bundler's own JSX transform is enough.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Never inline: the content policy lets in files of the shop only, and a hashed file caches better.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
