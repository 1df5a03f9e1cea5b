import http from "k6/http";
import { setTimeout as startTimer, clearTimeout as stopTimer } from "k6/timers";
import { WebSocket } from "k6/websockets";
import type { HttpResponse, Ports } from "../client/ports.ts";
import { k6Metric } from "./k6-metrics.ts";

/** What k6 passes to onclose; its types do not declare it. */
interface CloseEvent {
  readonly code?: number;
  readonly reason?: string;
}

function parsed(body: unknown): unknown {
  try {
    return typeof body === "string" ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

/** The ports on k6's own modules. Every virtual user has its own event loop. */
export const k6Ports: Ports = {
  openSocket({ url, protocols, headers }, events) {
    // k6 accepts one subprotocol or a list of them; its types allow neither.
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
    // An open socket gets onclose too, which knows the code. A socket that never opened gets onerror alone.
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

  async request({ method, url, headers, body }): Promise<HttpResponse> {
    // Without a name, every row id in a URL would start a time series of its own.
    const name = url.replace(/[0-9a-f]{8}-[0-9a-f-]{27,}.*|\?.*/, "");
    const response = await http.asyncRequest(method, url, body ?? null, {
      headers: { ...headers },
      tags: { name },
      timeout: "30s",
    });
    return { status: response.status, body: parsed(response.body) };
  },

  wallNow: () => Date.now(),

  setTimer(callback, delayMs) {
    const timer = startTimer(callback, delayMs);
    return () => stopTimer(timer);
  },

  random: () => Math.random(),

  // k6 stamps every sample with the current time, so `at` is ignored.
  record: (metric, value, tags) => void k6Metric(metric).add(value, tags ? { ...tags } : undefined),
};
