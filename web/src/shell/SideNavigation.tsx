import { House } from "lucide-react";
import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { entityIcon, entityPlural, navigation } from "../catalog/navigation.ts";
import { listPath } from "../catalog/paths.ts";

const item = ({ isActive }: { isActive: boolean }) =>
  `group flex h-8 items-center gap-2.5 rounded-md px-2.5 text-base lg:h-7 ${
    isActive
      ? "bg-surface font-medium text-ink shadow-[0_0_0_1px_var(--color-line)]"
      : "text-ink-2 hover:bg-sunken hover:text-ink"
  }`;

interface Props {
  brand?: ReactNode;
  onNavigate?: () => void;
}

export function SideNavigation({ brand, onNavigate }: Props) {
  const close = onNavigate ? { onClick: onNavigate } : {};
  return (
    <nav aria-label="Main" className="flex min-h-0 flex-1 flex-col">
      {brand ? <div className="px-3 py-2.5">{brand}</div> : null}
      <div className="flex-1 overflow-y-auto px-3 pt-1 pb-6">
        <NavLink to="/" end className={item} {...close}>
          <House className="size-4 shrink-0 opacity-75" aria-hidden="true" />
          Home
        </NavLink>
        {navigation.map((area) => (
          <section key={area.name} aria-labelledby={`area-${area.name}`} className="mt-4">
            <h2 id={`area-${area.name}`} className="mb-1 px-2.5 font-medium text-ink-3 text-xs">
              {area.name}
            </h2>
            <ul className="space-y-px">
              {area.codes.map((entityCode) => {
                const Icon = entityIcon(entityCode);
                return (
                  <li key={entityCode}>
                    <NavLink to={listPath(entityCode)} className={item} {...close}>
                      <Icon className="size-4 shrink-0 opacity-75" aria-hidden="true" />
                      <span className="truncate">{entityPlural(entityCode)}</span>
                    </NavLink>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
      </div>
    </nav>
  );
}
