import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    // The dev server hands the API on: to `make local`, or to a deployed stack, API=https://example.com npm run dev.
    // Host is the target's own, which CloudFront goes by.
    proxy: { '/api': { target: process.env.API ?? 'http://127.0.0.1:8080', changeOrigin: true } }
  },
  build: {
    // Everything below assets/ has its hash in its name, so the program publishes it as immutable.
    assetsDir: 'assets',
    // The site's Content-Security-Policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false }
  }
})
