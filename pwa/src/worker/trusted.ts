/** A script is loaded by address only through one policy, `porchlight`: it lets those through that the build named, and nothing else. */

export interface Scripts {
  createScriptURL(url: string): string;
}

/** Where browsers have no Trusted Types, the same rule without them. One realm asks once: a second policy of that name is refused. */
export function only(...named: string[]): Scripts {
  const rule: Scripts = {
    createScriptURL(url) {
      if (!named.includes(url)) throw new TypeError("not a script of ours");
      return url;
    },
  };
  const { trustedTypes } = globalThis as { trustedTypes?: { createPolicy(name: string, rules: Scripts): Scripts } };
  return trustedTypes?.createPolicy("porchlight", rule) ?? rule;
}

/** The page's policy, made by its loader; the dev server has no loader. */
export function script_url(url: string): string {
  return (globalThis as { scripts?: Scripts }).scripts?.createScriptURL(url) ?? url;
}
