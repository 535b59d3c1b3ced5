/** A script may be loaded by address only through the policy `sw`, and it lets only those through that its own callers name. */

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const named = new Set<string>();
let policy: { createScriptURL(url: string): string } | undefined;

export function script_url(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  named.add(url);
  policy ??= trustedTypes.createPolicy("sw", { createScriptURL: only_named });
  return policy.createScriptURL(url);
}

function only_named(url: string): string {
  if (!named.has(url)) throw new TypeError("not a script of ours");
  return url;
}
