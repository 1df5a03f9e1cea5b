import { useEffect, useRef } from "react";
import { Button } from "../components/Button.tsx";

/**
 * Loads the next page when the end of the list comes near the viewport. The button is for keyboards and short lists.
 */
export function LoadMore({ loadMore, shown }: { loadMore: () => void; shown: number }) {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(loadMore);
  latest.current = loadMore;
  // `shown` restarts the observer, which would not fire again if it stays in view after a short page.
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
