/** Every key that the browser makes or takes in while a test runs. */

import { vi } from "vitest";

export interface Made {
  how: string;
  extractable: boolean;
}

/** The list grows as keys are made; the spies go when the test ends. */
export function watch_keys(): Made[] {
  const made: Made[] = [];
  const { importKey, deriveKey, generateKey } = crypto.subtle;
  const note = <T>(how: string, key: T): T => {
    const { privateKey } = key as unknown as CryptoKeyPair;
    made.push({ how, extractable: ((privateKey as CryptoKey | undefined) ?? key as unknown as CryptoKey).extractable });
    return key;
  };
  const watched = (how: string, real: (...args: never[]) => Promise<unknown>) => async (...args: never[]) => note(how, await real.apply(crypto.subtle, args));
  vi.spyOn(crypto.subtle, "importKey").mockImplementation(watched("taken in", importKey) as never);
  vi.spyOn(crypto.subtle, "deriveKey").mockImplementation(watched("derived", deriveKey) as never);
  vi.spyOn(crypto.subtle, "generateKey").mockImplementation(watched("made", generateKey) as never);
  return made;
}
