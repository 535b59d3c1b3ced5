import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { worker } from "./build/worker.ts";

const out_dir = fileURLToPath(new URL("dist", import.meta.url));

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [worker(out_dir)],
  build: { outDir: out_dir, target: "es2023", modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { "/v1": "http://127.0.0.1:8000" } },
});
