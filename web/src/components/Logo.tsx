/** The Heliograph logo. */
export function Logo({ className = "size-6" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-[#171c22] dark:fill-[#262c32]" />
      <circle cx="16" cy="16" r="5" fill="#f6b73c" />
      <path
        d="M16 4v4M16 24v4M4 16h4M24 16h4M7.5 7.5l2.8 2.8M21.7 21.7l2.8 2.8M24.5 7.5l-2.8 2.8M10.3 21.7l-2.8 2.8"
        stroke="#f6b73c"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  );
}
