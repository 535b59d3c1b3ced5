import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2023", modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { "/v1": "http://127.0.0.1:8000" } },
});
