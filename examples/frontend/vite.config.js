import { defineConfig } from 'vite'

export default defineConfig({
  build: {
    // Everything below assets/ has its hash in its name, so the program publishes it as immutable.
    assetsDir: 'assets',
    // The site's Content-Security-Policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false }
  }
})
