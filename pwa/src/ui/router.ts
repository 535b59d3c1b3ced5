/** Where the app is: the address as a signal, links that do not reload, and the way back. */
import { signal } from "@preact/signals";

export const path = signal(location.pathname);

/** True once the person has moved within the app: only then may a screen take the focus. */
export const moved = signal(false);

export function go(to: string, how: "push" | "replace" = "push"): void {
  if (how === "push") history.pushState(null, "", to);
  else history.replaceState(null, "", to);
  arrive();
  if (how === "push") scrollTo(0, 0);
}

export function listen(): void {
  addEventListener("popstate", arrive);
  document.addEventListener("click", event => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || !is_plain(event, link)) return;
    event.preventDefault();
    if (link.pathname !== location.pathname) go(link.pathname);
  });
}

/** The parts of an address that a pattern such as `/case/:scope` names; null when it is another address. */
export function match(pattern: string, address: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = address.replace(/\/+$/, "").split("/");
  if (pattern === "/") return given.length === 1 ? {} : null;
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}

function arrive(): void {
  moved.value = true;
  path.value = location.pathname;
}

function is_plain(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const other = event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return !other && link.origin === location.origin && !link.target && !link.download && !link.getAttribute("href")?.startsWith("#");
}
