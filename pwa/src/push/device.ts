/** This device's web push subscription: what the person sees is what this device has, not what a server row says. */

import { type Signal, signal } from "@preact/signals";

export type PushState = "unsupported" | "ios_install" | "default" | "denied" | "off" | "on" | "working" | "trouble";

export const push_state: Signal<PushState> = signal("unsupported");

/** Ask for permission (only ever from a tap) and subscribe. */
export function turn_on(): Promise<void> { return Promise.resolve(); }
export function turn_off(): Promise<void> { return Promise.resolve(); }
/** Have the server send the generic notification to this person's devices. False when it could not be asked. */
export function send_test(): Promise<boolean> { return Promise.resolve(false); }
