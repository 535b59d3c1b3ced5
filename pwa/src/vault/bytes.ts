/** Bytes as they are written down: unpadded base64url, UTF-8, one after the other. */

export type Bytes = Uint8Array<ArrayBuffer>;

export function to_text(bytes: Uint8Array | ArrayBuffer): string {
  const all = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let binary = "";
  for (const byte of all) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Throws when this is not base64url. */
export function from_text(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), letter => letter.charCodeAt(0));
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

export function joined(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}
