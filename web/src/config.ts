function sameOriginSocket(): string {
  const url = new URL("/ws/sync", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** Backend URLs. By default both are on the page's own origin, as behind one load balancer. */
export const config = Object.freeze({
  apiUrl: import.meta.env.VITE_API_URL || "/api/v1",
  wsUrl: import.meta.env.VITE_WS_URL || sameOriginSocket(),
});
