/** A line of steps or happenings, each with its state. */
import type { ComponentChildren } from "preact";

export type TimelineState = "done" | "now" | "ahead" | "stuck" | "plain";

export function Timeline({ children, label }: { children: ComponentChildren; label?: string }) {
  return <ol class="timeline" aria-label={label}>{children}</ol>;
}

export function Moment({ state = "plain", children }: { state?: TimelineState; children: ComponentChildren }) {
  return <li data-state={state} aria-current={state === "now" || state === "stuck" ? "step" : undefined}>{children}</li>;
}
