/** Something to know before the rest of the screen: a strip with an icon, words and at most one thing to do. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";

interface BannerProps {
  tone: "note" | "care" | "bad";
  icon?: IconName;
  /** Spoken when it appears; leave out for what stood there from the start. */
  live?: boolean;
  children: ComponentChildren;
}

export function Banner({ tone, icon = tone === "note" ? "info" : "alert", live = false, children }: BannerProps) {
  return (
    <div class="banner" data-tone={tone} role={live ? (tone === "bad" ? "alert" : "status") : undefined}>
      <Icon name={icon} />
      <div class="banner-text">{children}</div>
    </div>
  );
}
