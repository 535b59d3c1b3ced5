/** Buttons and links that look like them. One primary action a screen. */
import type { ComponentChildren } from "preact";
import { cut } from "./network.ts";
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
  /** Only the agency's computer can do it: without a network it does not answer. */
  online?: boolean;
  onPress?: () => void;
  label?: string;
}

export function Button({ kind = "quiet", type = "button", busy = false, online = false, onPress, icon, full, label, children }: ButtonProps) {
  const off = busy || (online && cut.value);
  const press = (event: MouseEvent) => {
    const slip = event.detail > 1; // the second of two quick taps
    if (off || slip) event.preventDefault();
    else onPress?.();
  };
  return (
    <button class="button" type={type} data-kind={kind} data-full={full ? "" : undefined} aria-disabled={off ? "true" : undefined} data-busy={busy ? "" : undefined}
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
