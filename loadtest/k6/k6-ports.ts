import http from "k6/http";
import { setTimeout as startTimer, clearTimeout as stopTimer } from "k6/timers";
import { WebSocket } from "k6/websockets";
import type { HttpAnswer, Ports } from "../client/ports.ts";
import { k6Metric } from "./k6-metrics.ts";

/** What k6 hands to onclose; its types say nothing about it. */
type CloseEvent = { readonly code?: number; readonly reason?: string };

function parsed(body: unknown): unknown {
  try {
    return typeof body === "string" ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

/** Journeys' ports on what k6 brings along. A virtual user has an event loop of its own. */
export const k6Ports: Ports = {
  openSocket({ url, protocols, headers }, events) {
    // The types allow no subprotocols; k6 takes one or a list of them.
    const offered = protocols as unknown as null;
    const socket = new WebSocket(url, offered, headers ? { headers: { ...headers } } : {});
    let closed = false;
    const close = (code: number, reason: string): void => {
      if (closed) return;
      closed = true;
      events.onClose(code, reason);
    };
    let opened = false;
    socket.onopen = () => {
      opened = true;
      events.onOpen();
    };
    socket.onmessage = (message) => {
      if (typeof message?.data === "string") events.onText(message.data);
    };
    socket.onclose = ((event?: CloseEvent) => close(event?.code ?? 1006, event?.reason ?? "")) as () => void;
    // Comes before onclose as well, which knows the code; alone it comes only for a socket that never opened.
    socket.onerror = (event) => {
      if (!opened) close(1006, event?.error ?? "");
    };
    return {
      send: (text) => {
        if (socket.readyState === 1) socket.send(text);
      },
      close: (code) => socket.close(code),
    };
  },

  async request({ method, url, headers, body }): Promise<HttpAnswer> {
    // Named: with the id of each row in it every address would be a series of its own.
    const name = url.replace(/[0-9a-f]{8}-[0-9a-f-]{27,}.*|\?.*/, "");
    const answer = await http.asyncRequest(method, url, body ?? null, {
      headers: { ...headers },
      tags: { name },
      timeout: "30s",
    });
    return { status: answer.status, body: parsed(answer.body) };
  },

  now: () => Date.now(),

  after(ms, act) {
    const timer = startTimer(act, ms);
    return () => stopTimer(timer);
  },

  random: () => Math.random(),

  // The time of a sample is always now.
  record: (metric, value, tags) => void k6Metric(metric).add(value, tags ? { ...tags } : undefined),
};
