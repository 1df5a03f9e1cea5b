import { ApiError, createApiClient } from "@heliograph/client";
import { useEffect, useRef } from "react";
import { config } from "../config.ts";
import { type Session, timeLeft } from "./session.ts";

/**
 * Shortest time between two renewals by the timer, in ms. On a device whose clock is ahead, every token looks expired.
 */
const pauseMs = 60_000;
/** Longest delay that setTimeout supports, in ms. A longer one fires immediately. */
const longestTimerMs = 2_147_483_647;

/**
 * Exchanges a token, possibly an expired one, for a new session.
 *
 * @returns null if the server refuses, which ends the session
 * @throws if the server cannot be reached, which says nothing about the session
 */
export async function exchangeToken({ token }: Session): Promise<Session | null> {
  try {
    return (await createApiClient({ baseUrl: config.apiUrl, getToken: () => token }).renew()) as Session;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}

/** Renews the token before it expires, and when a device that was asleep or offline at that moment is back. */
export function useSessionRenewal(session: Session | null, renew: () => Promise<unknown>): void {
  const lastAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (!session) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = () => {
      lastAt.current = Date.now();
      // A failed attempt does not end the session: offline, it still says whose rows are shown.
      renew().catch(() => {});
      arm();
    };
    const arm = () => {
      clearTimeout(timer);
      const now = Date.now();
      const wait = Math.max(0, timeLeft(session, now), lastAt.current + pauseMs - now);
      timer = setTimeout(() => (timeLeft(session, Date.now()) > 0 ? arm() : attempt()), Math.min(wait, longestTimerMs));
    };
    // Timers do not advance while the device sleeps.
    const renewIfExpired = () => {
      if (document.visibilityState === "visible" && timeLeft(session, Date.now()) <= 0) attempt();
    };
    arm();
    document.addEventListener("visibilitychange", renewIfExpired);
    window.addEventListener("online", renewIfExpired);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", renewIfExpired);
      window.removeEventListener("online", renewIfExpired);
    };
  }, [session, renew]);
}
