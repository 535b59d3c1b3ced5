/** What a screen says when it has nothing to show: never a bare spinner, always a sentence and, where there is one, a way on. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/language.ts";
import { Button, LinkButton } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";
import { Screen } from "./Screen.tsx";

interface NothingProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}

/** Empty, offline and refused look alike and differ in icon and words. */
export function Nothing({ icon, title, children, action }: NothingProps) {
  return (
    <div class="card">
      <div class="nothing">
        <Icon name={icon} size={56} />
        <h2>{title}</h2>
        {children && <p>{children}</p>}
        {action}
      </div>
    </div>
  );
}

/** A wait worth a sentence: quick waits show nothing at all, so that the screen does not flicker. */
export function Loading({ say, after_ms = 250 }: { say: string; after_ms?: number }) {
  const [shown, show] = useState(after_ms === 0);
  useEffect(() => {
    const timer = setTimeout(() => { show(true); }, after_ms);
    return () => { clearTimeout(timer); };
  }, []);
  return <div class="loading" role="status">{shown && <><span class="loading-dots" aria-hidden="true"><i /><i /><i /></span><p>{say}</p></>}</div>;
}

/** An address that leads nowhere, or to something this person may not see: both look the same. */
export function Lost() {
  const { app } = words();
  return (
    <Screen title={app.lost_title}>
      <p>{app.lost}</p>
      <div><LinkButton href="/" kind="primary">{app.go_home}</LinkButton></div>
    </Screen>
  );
}

/** A screen that could not be fetched. Without a network it says just that, and opens by itself once there is one. */
export function Broken({ again }: { again: () => void }) {
  const { app } = words();
  const away = !navigator.onLine;
  useEffect(() => {
    addEventListener("online", again);
    return () => { removeEventListener("online", again); };
  }, [again]);
  return (
    <Screen title={away ? app.away_title : app.trouble_title}>
      <p>{away ? app.away : app.trouble}</p>
      <div><Button kind="primary" icon="refresh" onPress={again}>{app.try_again}</Button></div>
    </Screen>
  );
}
