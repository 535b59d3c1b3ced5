/** What was typed on the way in survives a reload or a phone call in this tab. Passwords and digits are never kept. */
import { useState } from "preact/hooks";

type Field = "login" | "code" | "who";

const place = (field: Field) => `porchlight.typed.${field}`;

/** Like `useState`, for a field that is kept while the tab lives. */
export function useTyped(field: Field): [string, (value: string) => void] {
  const [value, set] = useState(() => read(field));
  return [value, typed => {
    set(typed);
    try {
      if (typed) sessionStorage.setItem(place(field), typed);
      else sessionStorage.removeItem(place(field));
    } catch { /* a browser that keeps nothing forgets this, too */ }
  }];
}

function read(field: Field): string {
  try {
    return sessionStorage.getItem(place(field)) ?? "";
  } catch {
    return "";
  }
}

/** Nothing stays once it has served. */
export function forget_typed(): void {
  for (const field of ["login", "code", "who"] as const) {
    try {
      sessionStorage.removeItem(place(field));
    } catch { /* as above */ }
  }
}
