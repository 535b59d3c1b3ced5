/** Notifications: always one for each push, at once, and nothing in it that a lock screen may not show. */

declare const self: ServiceWorkerGlobalScope;

/** What our server sends (a Declarative Web Push document). Whatever of it is missing or malformed is filled in here. */
interface Sent {
  app_badge?: unknown;
  notification?: { title?: unknown; body?: unknown; navigate?: unknown; tag?: unknown; lang?: unknown };
}

const WORDS = {
  en: { title: "New update", body: "Open the app to see it." },
  es: { title: "Hay novedades", body: "Abra la aplicación para verlas." },
};

/** A notice is shown whatever becomes of the question. On a discreet phone it has a plain picture, and the icon no count. */
export async function show(data: PushMessageData | null, is_discreet: () => Promise<boolean>): Promise<void> {
  const discreet = await Promise.resolve().then(is_discreet).catch(() => false);
  const sent = parse(data);
  const { title, body, tag, lang, navigate } = sent.notification ?? {};
  const words = WORDS[navigator.language.startsWith("es") ? "es" : "en"];
  await self.registration.showNotification(text(title) ?? words.title, {
    body: text(body) ?? words.body,
    tag: text(tag) ?? "update",
    lang: text(lang) ?? navigator.language,
    icon: discreet ? "/icons/plain.svg" : "/icons/icon-192.png",
    badge: "/icons/badge.png",
    data: { target: target_of(navigate) },
  });
  if (typeof sent.app_badge === "number" && !discreet) await navigator.setAppBadge?.(sent.app_badge).catch(() => undefined);
}

function parse(data: PushMessageData | null): Sent {
  try {
    const sent: unknown = data?.json();
    return typeof sent === "object" && sent !== null ? sent : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A path of ours, or Home. */
function target_of(navigate: unknown): string {
  try {
    const url = new URL(text(navigate) ?? "/", location.origin);
    return url.origin === location.origin ? url.pathname : "/";
  } catch {
    return "/";
  }
}
