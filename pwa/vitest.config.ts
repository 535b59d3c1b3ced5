import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["tests/**/*.test.ts", "src/**/*.test.ts"], environment: "node", restoreMocks: true, unstubGlobals: true } });
