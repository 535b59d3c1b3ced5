/** The four ways around the app: a bar at the bottom on a phone, a rail at the side on a wide screen. */
import { words } from "../i18n/language.ts";
import { Icon, type IconName } from "./Icon.tsx";

export interface TabItem {
  href: string;
  label: string;
  icon: IconName;
  here: boolean;
  count?: number;
  /** Read out with the count, such as "2 need you". */
  count_label?: string;
}

export function Tabs({ items }: { items: readonly TabItem[] }) {
  return (
    <nav class="tabs" aria-label={words().app.main_menu}>
      <ul>
        {items.map(item => (
          <li key={item.href}>
            <a class="tab" href={item.href} aria-current={item.here ? "page" : undefined}>
              <span class="tab-icon">
                <Icon name={item.icon} />
                {item.count ? <span class="count" aria-hidden="true">{item.count}</span> : null}
              </span>
              <span>{item.label}</span>
              {item.count_label && <span class="unseen">{item.count_label}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
