/** One script by itself, without imports: workers, and what stands in the page. */

import { build, type Rolldown } from "vite";

/** `name` is the file's, below the folder of the build; without one nothing is written. */
export async function compile(out_dir: string, entry: string, name: string | null, define: Record<string, string>): Promise<Rolldown.OutputChunk> {
  const built = await build({
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    define,
    build: {
      outDir: out_dir,
      emptyOutDir: false,
      write: name !== null,
      target: "es2023",
      reportCompressedSize: false,
      rolldownOptions: { input: entry, output: { format: "iife", entryFileNames: `${name ?? "unnamed"}.js`, codeSplitting: false } },
    },
  });
  const [one] = Array.isArray(built) ? built : [built];
  if (!one || !("output" in one)) throw new Error(`${entry} was not built`);
  return one.output[0];
}
