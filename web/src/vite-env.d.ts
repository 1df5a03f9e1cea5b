/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Where the sync socket is, as ws:// or wss:// address; default: `/ws/sync` of the page's own origin. */
  readonly VITE_WS_URL?: string;
  /** Where the REST API is, up to and with `/api/v1`; default: that path of the page's own origin. */
  readonly VITE_API_URL?: string;
}
