/** Whether there is a network at all, as far as this phone can tell: the browser says so, or the last try did. */
import { computed, signal } from "@preact/signals";
import { state } from "../store/live.ts";

const online = signal(navigator.onLine);

/** No network: what only the agency's computer can do cannot be done now. */
export const cut = computed(() => !online.value || state.value.phase === "offline");

for (const change of ["online", "offline"]) addEventListener(change, () => { online.value = navigator.onLine; });
