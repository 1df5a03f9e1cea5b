import { useEffect, useRef } from "react";
import { Button } from "../components/Button.tsx";

/** Loads the next page when it comes near the view; the button is for keyboards, and where nothing scrolls. */
export function LoadMore({ loadMore, shown }: { loadMore: () => void; shown: number }) {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(loadMore);
  latest.current = loadMore;
  // `shown` starts the observer anew: one that stays in view after a short page would not fire again.
  useEffect(() => {
    const element = ref.current;
    if (!element || shown === 0) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latest.current();
      },
      { rootMargin: "400px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [shown]);
  return (
    <div ref={ref} className="flex justify-center py-5">
      <Button onClick={loadMore}>Load more</Button>
    </div>
  );
}
