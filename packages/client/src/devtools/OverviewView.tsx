import type { ReactNode } from "react";
import { counted } from "./counted.ts";
import { time } from "./explain-row.ts";
import { inMs, LagChart } from "./LagChart.tsx";
import type { Recorder } from "./recorder.ts";

/** A clock that is off by less than this is not worth a word, milliseconds. */
const skewWorthANote = 5;

export function OverviewView({ recorder }: { recorder: Recorder }): ReactNode {
  const status = recorder.client.status();
  const lag = recorder.lag.summary();
  const { outbox } = status;
  return (
    <div className="grid">
      <section>
        <h3>Status</h3>
        <dl>
          <dt>State</dt>
          <dd>
            {status.state} since {time(status.since)} {status.stuck ? <span className="tag no">stuck</span> : null}
          </dd>
          {status.reason ? <Row name="Reason">{status.reason}</Row> : null}
          <Row name="Connection">{connectionText(status.leader, status.notShared)}</Row>
          <Row name="Caught up">{status.caughtUpAt === undefined ? "not yet" : `as of ${time(status.caughtUpAt)}`}</Row>
          <Row name="To be read">{counted(status.pendingFetches, "row")}</Row>
          <Row name="Unsent">
            {outbox.oldest === undefined ? outbox.size : `${outbox.size}, the oldest of ${time(outbox.oldest)}`}
          </Row>
          <Row name="To decide">{status.attention}</Row>
          <Row name="Storage">
            {status.storage} {status.storageReason ?? ""}
          </Row>
          <Row name="Last error">
            {status.lastError ? `${status.lastError.message} (${time(status.lastError.at)})` : "none"}
          </Row>
        </dl>
      </section>
      <section>
        <h3>From commit to screen</h3>
        <div className="figures">
          <Figure name="median">{inMs(lag.p50)}</Figure>
          <Figure name="95 of 100">{inMs(lag.p95)}</Figure>
          <Figure name="latest">{inMs(lag.latest)}</Figure>
          <Figure name="changes">{lag.total}</Figure>
        </div>
        <LagChart summary={lag} />
        <p className="note">{skewText(lag.smallest)}</p>
      </section>
    </div>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <strong>{children}</strong>
      <span>{name}</span>
    </div>
  );
}

function connectionText(leader: boolean, notShared: string | undefined): string {
  if (notShared) return `of this tab alone. ${notShared}`;
  return leader ? "held by this tab for all tabs" : "held by another tab of this browser";
}

/** Two clocks take part: the database's in the version, and this device's. */
function skewText(smallest: number | undefined): string {
  const measured =
    "Time on this screen minus time of the commit, from the version. It contains the difference of the two clocks";
  if (smallest === undefined) return `${measured}. Nothing was signalled since the recording began.`;
  if (smallest < -skewWorthANote) {
    return `${measured}: this device's is at least ${inMs(-smallest)} behind the database's, so add that to every figure.`;
  }
  return `${measured}. The smallest so far is ${inMs(smallest)}.`;
}
