import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";

/** Search across types, with results on their own page. `/` focuses the field from anywhere outside an input. */
export function SearchBox() {
  const navigate = useNavigate();
  const location = useLocation();
  const input = useRef<HTMLInputElement>(null);
  const searched = location.pathname === "/search" ? (new URLSearchParams(location.search).get("q") ?? "") : "";
  const [text, setText] = useState(searched);
  useEffect(() => setText(searched), [searched]);
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && event.target.matches("input, select, textarea, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", jump);
    return () => document.removeEventListener("keydown", jump);
  }, []);
  return (
    <search className="min-w-0 flex-1 sm:max-w-sm">
      <form
        className="relative"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) void navigate(`/search?q=${encodeURIComponent(text.trim())}`);
        }}
      >
        <Search
          className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-2.5 size-4 text-ink-3"
          aria-hidden="true"
        />
        <input
          ref={input}
          type="search"
          aria-label="Search everything"
          placeholder="Search"
          enterKeyHint="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="control border-transparent bg-sunken pl-8"
        />
      </form>
    </search>
  );
}
