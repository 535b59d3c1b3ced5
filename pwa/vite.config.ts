import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { worker } from "./build/worker.ts";

const out_dir = fileURLToPath(new URL("dist", import.meta.url));

/**
 * Four files instead of forty: what the first screen needs, the screens behind it, those of an account, and those that only ask
 * the server. Fewer requests, and less gzip. A group takes what it needs along, so the last is the one that is not kept for times
 * without a network (`build/kept.ts` sees to it that nothing kept needs it).
 */
const GROUPS = [
  { name: "boot", tags: ["$initial" as const] }, { name: "screens", test: /src\/(ui|cases|payments|hearings|messages|settings)\// },
  { name: "account", test: /src\/(signin\/|account\/(server|words|PasswordSteps|RecoveryCodes)\.)/ }, { name: "operators", test: /src\/(operators|account)\// },
];

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [worker(out_dir)],
  build: {
    outDir: out_dir, target: "es2023", modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8000" } },
});
