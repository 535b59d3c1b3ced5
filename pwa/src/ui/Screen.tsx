/** One screen: its title in the tab (never anything personal), one h1 that takes the focus on arrival, and a way back. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon.tsx";
import { app_name, preferences } from "./preferences.ts";
import { moved } from "./router.ts";

interface ScreenProps {
  title: string;
  /** For the tab and the history, when the h1 names a person. */
  tab_title?: string;
  lead?: ComponentChildren;
  back?: { href: string; label: string } | undefined;
  wide?: boolean;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Screen({ title, tab_title = title, lead, back, wide, aside, children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (moved.peek()) heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = preferences.value.discreet ? app_name() : `${tab_title} · ${app_name()}`;
  }, [tab_title, preferences.value.discreet]);
  return (
    <div class="screen" data-wide={wide ? "" : undefined}>
      {back && <a class="back" href={back.href}><Icon name="back" size={20} />{back.label}</a>}
      <div class="screen-head">
        <div class="section-head"><h1 ref={heading} tabIndex={-1}>{title}</h1>{aside}</div>
        {lead && <div class="lead soft">{lead}</div>}
      </div>
      {children}
    </div>
  );
}
