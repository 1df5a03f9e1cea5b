/** A normative rule of the wire protocol or of the bus. Its id never changes and is never reused. */
interface ProtocolRule {
  readonly text: string;
  /** Why no test title carries the id. */
  readonly untested?: string;
}

/** What a group of rules is about, by the prefix of their ids. */
export const ruleGroups = {
  CON: "Handshake, WELCOME and messages in general",
  SUB: "SUBSCRIBE and UNSUBSCRIBE",
  INV: "INVALIDATE and GONE",
  RES: "RESUME and RESET",
  BMK: "BOOKMARK, DELAYED and cursors",
  AUTH: "AUTH and REAUTH",
  LIM: "Limits and slow clients",
  CLO: "Close codes and drain",
  HINT: "The bus between watcher and gateways",
} as const;

/**
 * Every rule, one sentence each, rendered into docs/protocol.md. The titles of the tests that prove a rule carry its id in
 * brackets, and a mutant names the rule that it breaks, so that a reader finds the proof of a sentence and the sentence
 * behind a test.
 */
export const protocolRules = {
  "CON-1": {
    text: "A client offers the subprotocols `heliograph.v1` and `bearer.<token>`; the server selects `heliograph.v1`.",
  },
  "CON-2": {
    text: "A refused upgrade is answered with an HTTP status and a body `{error: {code, message, remedy}}`, and a plain GET of the socket's address gives the same answer.",
  },
  "CON-3": {
    text: "A client that offers only unknown protocol versions is accepted and then closed with 4400 and the supported version as the reason, because a browser cannot read a refused upgrade.",
  },
  "CON-4": {
    text: "A token in the query of the address is accepted only where the gateway is configured to allow it.",
  },
  "CON-5": { text: "WELCOME is the first frame that a server sends on a socket." },
  "CON-6": { text: "An answer echoes the `id` of the message that it answers." },
  "CON-7": { text: "The messages of one socket are handled strictly one after another, in the order of arrival." },
  "CON-8": { text: "A message that is refused is answered by ERROR and has no other effect on the connection." },
  "CON-9": { text: "While sync is switched off, every upgrade is refused with 503 and `Retry-After`." },

  "SUB-1": {
    text: "SUBSCRIBED lists in `changed` every readable row whose version differs from the version that the client sent; a row without a sent version is always listed.",
  },
  "SUB-2": {
    text: "Ids are compared in canonical form, answered in canonical form, and counted once per message and socket.",
  },
  "SUB-3": {
    text: "A subscription receives changes from before its versions are read, so that no change between the read and the registration is lost.",
  },
  "SUB-4": {
    text: "A change that arrives while its SUBSCRIBE is being handled is sent after SUBSCRIBED, and is dropped if SUBSCRIBED refused the row or reported an equal or newer version.",
  },
  "SUB-5": {
    text: "`gone` names rows and containers that do not exist and those that the user may not read, and nothing tells the two apart.",
  },
  "SUB-6": {
    text: "A refused subscription delivers nothing until a read under the user's rights finds the row; it then takes effect and the row is sent as CREATE.",
  },
  "SUB-7": {
    text: "SUBSCRIBED is sent after the subscriptions are stored, so that whatever it confirms can be resumed on any gateway.",
  },
  "SUB-8": {
    text: "Rows in `covered` are compared and reported like `entityIds`, but are not subscribed.",
  },
  "SUB-9": {
    text: "UNSUBSCRIBE ends the named ids and containers, or the whole entity type if it names none; UNSUBSCRIBE_ALL ends every subscription; UNSUBSCRIBED carries the number that ended.",
  },
  "SUB-10": {
    text: "A SUBSCRIBE that fails because the database cannot be reached is answered by ERROR `unavailable` and subscribes to nothing.",
  },
  "SUB-11": {
    text: "A message with an entity code that no entity type has is answered by ERROR `unknown_entity`.",
  },
  "SUB-12": { text: "Subscriptions belong to one connection; other connections of the same user keep their own." },

  "INV-1": {
    text: "The changes of a batch reach a subscribed socket as one INVALIDATE for each entity code, with up to 1000 changes in a frame.",
  },
  "INV-2": { text: "A row that a socket holds by id and through several containers is sent to it once per change." },
  "INV-3": {
    text: "A change is sent to the subscribers of every container that held the row before or holds it after the change.",
  },
  "INV-4": { text: "Changes of one row that wait for the same socket coalesce to the newest version." },
  "INV-5": { text: "A deleted id stays subscribed, and a row created again under it is sent as CREATE." },
  "INV-6": {
    text: "A change of a restricted row reaches a subscriber of its container only after a read has found that the user may read the row.",
  },
  "INV-7": {
    text: "A row created under the id of a deleted row is another row: users who may not read it receive no signal about it, and holders of the deleted row receive its deletion.",
  },
  "INV-8": {
    text: "When a user may no longer read a row or container, its holders receive GONE, and the subscription continues as a refused one.",
  },
  "INV-9": {
    text: "A row whose rights changed is sent to users who may read it as CREATE with the version that was read.",
  },
  "INV-10": {
    text: "A changed membership makes the server read the rights to all subscriptions of the person again, and nothing unchecked is sent meanwhile.",
  },
  "INV-11": {
    text: "A user who could never read a row receives no signal when its rights change, when it moves or when it is deleted.",
  },
  "INV-12": {
    text: "When a change and a GONE of the same row wait for the same socket, the later of the two is sent.",
  },
  "INV-13": {
    text: "While rights cannot be read, changes that depend on them wait, and no change is dropped or sent unchecked.",
  },
  "INV-14": {
    text: "A user who could read a private row receives its deletion or revocation, even though the row can no longer be read.",
  },

  "RES-1": {
    text: "RESUME is the first message of a socket; a later one is answered by ERROR `resume_too_late`.",
  },
  "RES-2": { text: "RESUMED is sent first, then the missed signals, then later ones, and each change once." },
  "RES-3": {
    text: "Any gateway accepts a RESUME and takes over the connection's subscriptions, whichever gateway had them before.",
  },
  "RES-4": {
    text: "RESUME with the id of an unknown, expired or foreign connection, or with no id at all, is answered by RESET `session`, and the socket stays usable.",
  },
  "RES-5": {
    text: "RESET gives the reason `cursor_too_old`, `cursor_ahead` or `other_history` from the cursor alone, before the connection is looked up.",
  },
  "RES-6": {
    text: "Changes of rights during the absence are applied at RESUME: lost rows are sent as GONE, and restricted rows are sent only after a read.",
  },
  "RES-7": {
    text: "When several sockets resume the same connection, the latest keeps it and the others are closed with 4409.",
  },
  "RES-8": {
    text: "A connection whose socket was lost or closed by the server can be resumed within the grace period; a socket that the client closes normally ends its subscriptions.",
  },
  "RES-9": {
    text: "A RESUME that is answered by ERROR `unavailable` may be repeated on the same socket, and nothing is lost.",
  },
  "RES-10": {
    text: "When the log epoch changes or the feed can no longer be followed, every socket receives RESET, spread over time.",
  },
  "RES-11": {
    text: "A gateway that is behind the cursor catches up before it answers; a cursor ahead of the database is refused.",
  },
  "RES-12": {
    text: "Refused subscriptions survive RESUME: they are read again and stay in place.",
  },
  "RES-13": {
    text: "A connection that missed more rows than may wait for one socket receives RESET `cursor_too_old` instead of the signals.",
  },
  "RES-14": {
    text: "A gateway that lost a connection to another one changes nothing of its stored subscriptions any more.",
  },

  "BMK-1": { text: "Only WELCOME, RESUMED and BOOKMARK carry cursors." },
  "BMK-2": {
    text: "A BOOKMARK is sent only when every signal of the socket up to its cursor has been written and none waits for a read of rights or for a slow client.",
  },
  "BMK-3": {
    text: "A BOOKMARK follows signals at most once a second and is repeated every 10 s without signals.",
  },
  "BMK-4": { text: "No BOOKMARK is sent while a SUBSCRIBE or RESUME of the socket is being handled." },
  "BMK-5": {
    text: "The cursor of RESUMED does not pass the signals that follow it; a BOOKMARK comes after them, or at once when there are none.",
  },
  "BMK-6": {
    text: "A cursor is sealed: every gateway with the same secret accepts it, and it discloses neither the position nor equality.",
  },
  "BMK-7": {
    text: "While changes are not sequenced or the database does not answer, the server sends DELAYED instead of BOOKMARK; the next BOOKMARK ends the delay.",
  },

  "AUTH-1": {
    text: "REAUTH is sent once, 60 s before the token expires, or at once if less time is left.",
  },
  "AUTH-2": {
    text: "AUTH with a token of the same person and organization extends the socket and is answered by REAUTH; a token that expires earlier shortens nothing.",
  },
  "AUTH-3": { text: "AUTH with any other token is answered by ERROR `invalid_token` and changes nothing." },
  "AUTH-4": {
    text: "When the token expires, delivery stops, no message is handled any more, and the socket is closed with 4401.",
  },

  "LIM-1": { text: "A frame larger than `limits.maxMessageBytes` closes its socket with 1009 and affects no other." },
  "LIM-2": {
    text: "A SUBSCRIBE beyond `limits.maxSubscriptions` is answered by ERROR `too_many_subscriptions`, and no part of it takes effect.",
  },
  "LIM-3": {
    text: "Refused subscriptions count towards the limit and are forgotten when confirmed ones need the space.",
  },
  "LIM-4": {
    text: "Signals for a slow client wait in bounded memory and coalesce; a client beyond the bound is closed with 4008 and may resume.",
  },
  "LIM-5": {
    text: "A socket is not read while too many of its messages or unsent answers are waiting.",
  },
  "LIM-6": { text: "The number of sockets of one person is limited over all organizations." },
  "LIM-7": { text: "A message that names more than `limits.maxIdsPerMessage` ids is refused." },

  "CLO-1": { text: "A binary frame, or 20 malformed messages in a row, close the socket with 4400." },
  "CLO-2": { text: "A client that exceeds the limit of subscriptions again and again is closed with 4413." },
  "CLO-3": { text: "A client that sends messages faster than the limit is closed with 4429." },
  "CLO-4": { text: "Two pings without any frame from the client close the socket with 4408." },
  "CLO-5": {
    text: "A draining gateway sends each socket GOAWAY with a delay of its own, closes those that remain with 1012, and keeps every connection resumable.",
  },
  "CLO-6": {
    text: "A gateway that was declared dead closes its sockets with 1012 and continues under a new id.",
  },
  "CLO-7": {
    text: "Each close code says whether and when a client reconnects, and an unknown code means reconnecting with backoff.",
  },
  "CLO-8": { text: "A socket whose client does not answer the close within the grace period is terminated." },
  "CLO-9": { text: "A violation of the WebSocket protocol ends the socket on which it occurs and no other." },

  "HINT-1": {
    text: "A hint carries the rows `prev + 1` to `seq` of the feed, and a gateway whose position is `prev` applies it without reading the log.",
  },
  "HINT-2": { text: "A hint up to the gateway's position is ignored, and an overlapping one is applied once." },
  "HINT-3": { text: "A gateway that finds a gap, or whose connection to the bus was interrupted, reads the log." },
  "HINT-4": {
    text: "A heartbeat carries the head of the feed, and a gateway that is behind it reads the log.",
  },
  "HINT-5": { text: "A heartbeat is sent only after a successful renewal of the lease." },
  "HINT-6": { text: "A gateway reads the log after 3 s without a message and polls it while there is no bus." },
  "HINT-7": { text: "A gateway reads the head from the database every 5 s, whatever the bus says." },
  "HINT-8": {
    text: "The position of a gateway advances only to rows that it has applied, never to a head that it has heard of.",
  },
  "HINT-9": {
    text: "Only the database decides that the log epoch changed; a page with a hole or a head below the position counts as such a change.",
  },
  "HINT-10": { text: "A malformed or impossible message on the bus is ignored." },
  "HINT-11": {
    text: "The watcher publishes a hint only with all of its rows; a dropped hint is never queued, and the next heartbeat carries its head.",
  },
  "HINT-12": {
    text: "A hint coalesces the changes of one row to its highest version and newest action, with the containers of all changes, and keeps rows that bore the same id one after another apart.",
  },
  "HINT-13": { text: "Grants and revocations are not coalesced with changes of the same row." },
  "HINT-14": { text: "A poke makes the watcher poll at once, and a poke during a claim is not lost." },
} as const satisfies Record<`${keyof typeof ruleGroups}-${number}`, ProtocolRule>;

export type ProtocolRuleId = keyof typeof protocolRules;

/** The guarantees of the product, which docs/guarantees.md states. */
export const guaranteeIds = ["G1", "G2", "G3", "G4", "G5", "G6"] as const;

/** What a test or a mutant may refer to. */
export type RuleId = ProtocolRuleId | (typeof guaranteeIds)[number];

/** Every rule as `[id, rule]`, in the order of the document. */
export const ruleEntries = (): [ProtocolRuleId, ProtocolRule][] =>
  Object.entries(protocolRules) as [ProtocolRuleId, ProtocolRule][];
