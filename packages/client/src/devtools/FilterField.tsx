import type { ReactNode } from "react";

interface FilterFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder: string;
  readonly label: string;
}

/** The search field above a list of the devtools. */
export function FilterField({ value, onChange, placeholder, label }: FilterFieldProps): ReactNode {
  return (
    <input
      type="search"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      placeholder={placeholder}
      aria-label={label}
    />
  );
}
