import { ApiError, createApiClient } from "@heliograph/client";
import { useEffect, useRef } from "react";
import { config } from "../config.ts";
import { type Session, timeLeft } from "./session.ts";

/** Pause between two attempts that the clock asks for: a device whose clock is ahead finds every token spent. */
const pauseMs = 60_000;
/** Longest delay that a timer can hold, in milliseconds; a longer one would fire at once. */
const longestTimer = 2_147_483_647;

/**
 * Exchanges a token, which may have ended.
 *
 * @returns null when the server refuses, which ends the session
 * @throws when the server cannot be asked, which says nothing about the session
 */
export async function exchange({ token }: Session): Promise<Session | null> {
  try {
    return (await createApiClient({ baseUrl: config.apiUrl, getToken: () => token }).renew()) as Session;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}

/** Renews before the token ends, and when a device that slept through that wakes or has its network back. */
export function useSessionRenewal(session: Session | null, renew: () => Promise<unknown>): void {
  const lastAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (!session) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = () => {
      lastAt.current = Date.now();
      // A failure ends nothing: without a network the session stays, and says whose rows are shown.
      renew().catch(() => {});
      arm();
    };
    const arm = () => {
      clearTimeout(timer);
      const now = Date.now();
      const wait = Math.max(0, timeLeft(session, now), lastAt.current + pauseMs - now);
      timer = setTimeout(() => (timeLeft(session, Date.now()) > 0 ? arm() : attempt()), Math.min(wait, longestTimer));
    };
    // Timers of a sleeping device stand still.
    const wake = () => {
      if (document.visibilityState === "visible" && timeLeft(session, Date.now()) <= 0) attempt();
    };
    arm();
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", wake);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
      window.removeEventListener("online", wake);
    };
  }, [session, renew]);
}
