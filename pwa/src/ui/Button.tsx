/** Buttons and links that look like them. One primary action a screen. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon.tsx";

interface Look {
  kind?: "primary" | "quiet" | "plain" | "danger";
  icon?: IconName;
  full?: boolean;
  children: ComponentChildren;
}

interface ButtonProps extends Look {
  type?: "button" | "submit";
  /** Busy buttons stay where the focus is; they only stop answering. */
  busy?: boolean;
  onPress?: () => void;
  label?: string;
}

export function Button({ kind = "quiet", type = "button", busy = false, onPress, icon, full, label, children }: ButtonProps) {
  const press = (event: Event) => {
    if (busy) event.preventDefault();
    else onPress?.();
  };
  return (
    <button class="button" type={type} data-kind={kind} data-full={full ? "" : undefined} aria-disabled={busy ? "true" : undefined}
      aria-label={label} onClick={press}>
      {icon && <Icon name={icon} size={20} />}
      <span>{children}</span>
    </button>
  );
}

export function LinkButton({ kind = "quiet", icon, full, href, children }: Look & { href: string }) {
  return (
    <a class="button" data-kind={kind} data-full={full ? "" : undefined} href={href}>
      {icon && <Icon name={icon} size={20} />}
      <span>{children}</span>
    </a>
  );
}

export function Buttons({ children }: { children: ComponentChildren }) {
  return <div class="buttons">{children}</div>;
}
