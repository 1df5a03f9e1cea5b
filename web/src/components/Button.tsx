import type { ButtonHTMLAttributes } from "react";
import { Link, type LinkProps } from "react-router";

type Variant = "solid" | "plain" | "ghost" | "danger";

const shape =
  "inline-flex items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors disabled:opacity-55";
const sizes = { md: "h-8 px-3 text-base", sm: "h-7 px-2.5 text-sm" };
const variants: Record<Variant, string> = {
  solid: "bg-solid text-on-solid hover:bg-solid-hover",
  plain: "border border-line-strong bg-surface text-ink hover:bg-hover",
  ghost: "text-ink-2 hover:bg-sunken hover:text-ink",
  danger: "bg-danger-solid text-[#fff] hover:brightness-110",
};

interface Look {
  variant?: Variant;
  size?: keyof typeof sizes;
}

function look({ variant = "plain", size = "md" }: Look, className = ""): string {
  return `${shape} ${sizes[size]} ${variants[variant]} ${className}`;
}

export function Button({
  variant,
  size,
  className,
  type = "button",
  ...rest
}: Look & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type={type} className={look({ ...(variant && { variant }), ...(size && { size }) }, className)} {...rest} />
  );
}

export function ButtonLink({ variant, size, className, ...rest }: Look & LinkProps) {
  return <Link className={look({ ...(variant && { variant }), ...(size && { size }) }, className)} {...rest} />;
}

/** A square button that shows only an icon. `label` is its accessible name and tooltip. */
export function IconButton({
  label,
  className = "",
  ...rest
}: { label: string } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 transition-colors hover:bg-sunken hover:text-ink disabled:opacity-50 ${className}`}
      {...rest}
    />
  );
}
