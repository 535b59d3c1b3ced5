/** This device's web push subscription. What the person sees is what this device has, never what a row on the server says. */

import { computed, effect, type Signal, signal } from "@preact/signals";
import { call } from "../net/http.ts";
import { drop, keep, recall } from "../store/install.ts";
import { session, state } from "../store/view.ts";
import { base64url, subscription_keys } from "./keys.ts";

/** `ios_install`: on an iPhone or iPad the app must be on the home screen first. `default`: never asked. */
export type PushState = "unsupported" | "ios_install" | "default" | "denied" | "off" | "on" | "working" | "trouble";

interface ServerKey {
  id: string;
  key: string;
}

/** Where the browser's push service is out of reach, `subscribe` never answers. */
const SUBSCRIBE_MS = 15_000;

export const push_state: Signal<PushState> = signal(able());

/** Look after the subscription of whoever is signed in: at each start, and after each sign-in. */
export function watch_push(): void {
  const account = computed(() => session.value?.account_id);
  effect(() => { if (account.value && !state.peek().field) void check(); });
}

/** Ask for permission (call it only from a tap) and subscribe. */
export async function turn_on(): Promise<void> {
  if (able() === "unsupported" || able() === "ios_install") return;
  push_state.value = "working";
  const permission = await Notification.requestPermission();
  if (permission !== "granted") push_state.value = permission;
  else await settle(async () => await subscribed(true));
}

export async function turn_off(): Promise<void> {
  push_state.value = "working";
  await settle(async () => {
    await let_go();
    return false;
  });
}

/** Have the server send the generic notification to this person's devices. False when it could not be asked. */
export async function send_test(): Promise<boolean> {
  const { status } = await call("POST", "/v1/push/test");
  return status >= 200 && status < 300;
}

/** Sign-out: this device must not be told anything for this person any more. */
export async function let_go(): Promise<void> {
  await drop("renewal");
  const subscription = await find();
  if (!subscription) return;
  await call("DELETE", "/v1/push/subscription", { endpoint: subscription.endpoint });
  await subscription.unsubscribe();
}

/** Browsers lose subscriptions and servers change keys without telling: compare, mend, and say it again at each start. */
async function check(): Promise<void> {
  const able_to = able();
  if (able_to !== "off") push_state.value = able_to;
  else await settle(async () => await subscribed(await recall("renewal") !== undefined));
}

/** True when this device is subscribed with the server's present key and the server knows; `wanted` subscribes where it is not. */
async function subscribed(wanted: boolean): Promise<boolean> {
  const before = await find();
  if (!before && !wanted) return false;
  const reply = await call("GET", "/v1/push/key");
  if (reply.status === 0 && before) return true;
  if (reply.status !== 200) throw new Error("no key");
  const server = reply.body as ServerKey;
  const same = before && base64url(before.options.applicationServerKey ?? new ArrayBuffer(0)) === server.key;
  if (before && !same) await before.unsubscribe();
  await tell(same ? before : await subscribe(server.key), server);
  return true;
}

async function subscribe(key: string): Promise<PushSubscription> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const late = new Promise<never>((_, reject) => { setTimeout(() => { reject(new Error("no answer")); }, SUBSCRIBE_MS); });
  return Promise.race([pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }), late]);
}

async function tell(subscription: PushSubscription, server: ServerKey): Promise<void> {
  const { device, language } = session.value ?? {};
  const reply = await call("PUT", "/v1/push/subscription", {
    ...subscription_keys(subscription), key_id: server.id, device, locale: language ?? "en", agent_class: agent_class(),
  });
  if (reply.status !== 200) throw new Error("not taken");
  await keep("renewal", { renew: (reply.body as { renew: string }).renew, key_id: server.id, key: server.key });
}

async function find(): Promise<PushSubscription | null> {
  const registration = await (navigator.serviceWorker as ServiceWorkerContainer | undefined)?.getRegistration();
  return await registration?.pushManager?.getSubscription() ?? null;
}

async function settle(work: () => Promise<boolean>): Promise<void> {
  push_state.value = await work().then((on): PushState => on ? "on" : "off", () => "trouble");
}

/** What this browser lets us do now; `off` means: everything. */
function able(): PushState {
  if (!("PushManager" in globalThis) || !("Notification" in globalThis)) return is_ios() && !is_installed() ? "ios_install" : "unsupported";
  return Notification.permission === "granted" ? "off" : Notification.permission;
}

function is_ios(): boolean {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);
}

function is_installed(): boolean {
  return matchMedia("(display-mode: standalone)").matches;
}

/** A coarse word, for counting which browsers have trouble. */
function agent_class(): string {
  const agent = navigator.userAgent;
  if (agent.includes("Firefox/")) return "firefox";
  if (agent.includes("Edg/")) return "edge";
  return agent.includes("Chrome/") ? "chromium" : "safari";
}
