/** The page and the worker may load a script by address only through the policy `sw`, and it lets only the named ones through. */

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

export function script_url(only: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return only;
  const createScriptURL = (url: string): string => {
    if (url !== only) throw new TypeError("not a script of ours");
    return url;
  };
  return trustedTypes.createPolicy("sw", { createScriptURL }).createScriptURL(only);
}
