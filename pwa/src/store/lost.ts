/** What the server told this phone it lost: shown until the person has read it. */

import { type Signal, signal } from "@preact/signals";
import type { LostChanges } from "./outbox.ts";

export const lost: Signal<readonly LostChanges[]> = signal([]);
