import { entityKey } from "@heliograph/shared/entity-key";
import { type ReactNode, useEffect, useId, useState } from "react";
import { type Explanation, explainRow, gatherFacts } from "./explain-row.ts";
import type { Recorder } from "./recorder.ts";

/** The row that the view explains. */
export interface Question {
  readonly entityCode: string;
  readonly entityId: string;
}

export interface WhyViewProps {
  readonly recorder: Recorder;
  readonly question: Question;
  readonly onQuestion: (question: Question) => void;
  /** Changes whenever something was recorded. */
  readonly tick: number;
}

const marks = { yes: "✓", maybe: "?", no: "✕" } as const;

/** Explains why changes of one row do or do not arrive. */
export function WhyView({ recorder, question, onQuestion, tick }: WhyViewProps): ReactNode {
  const { entityCode, entityId } = question;
  const codes = useId();
  const explanation = useExplanation(recorder, question, tick);
  const known = [...new Set(recorder.client.subscriptions().map(({ target }) => target.entityCode))].sort();
  return (
    <>
      <div className="tools">
        <input
          value={entityCode}
          onChange={(event) => onQuestion({ entityCode: event.target.value.trim(), entityId })}
          placeholder="Entity code"
          aria-label="Entity code"
          list={codes}
          className="mono"
        />
        <datalist id={codes}>
          {known.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <input
          value={entityId}
          onChange={(event) => onQuestion({ entityCode, entityId: event.target.value.trim() })}
          placeholder="Id of the row"
          aria-label="Id of the row"
          className="mono"
        />
        <CompareWithServer recorder={recorder} question={question} />
      </div>
      {explanation ? (
        <>
          <p className="answer" role="status">
            {explanation.conclusion}
          </p>
          <ol className="way">
            {explanation.findings.map(({ question: asked, answer, verdict }) => (
              <li key={asked}>
                <span className={`mark ${verdict}`} role="img" aria-label={verdict}>
                  {marks[verdict]}
                </span>
                <b>{asked}</b>
                <span>{answer}</span>
              </li>
            ))}
          </ol>
        </>
      ) : (
        <p className="empty">Enter an entity code and an id, or choose a row in the Rows tab.</p>
      )}
    </>
  );
}

function useExplanation(recorder: Recorder, { entityCode, entityId }: Question, tick: number): Explanation | undefined {
  const [explanation, setExplanation] = useState<Explanation>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: tick counts what was recorded, and each record may change the explanation
  useEffect(() => {
    let current = true;
    if (entityCode === "" || entityId === "") return setExplanation(undefined);
    void gatherFacts(recorder, entityCode, entityId).then((facts) => {
      if (current) setExplanation(explainRow(facts));
    });
    return () => {
      current = false;
    };
  }, [recorder, entityCode, entityId, tick]);
  return explanation;
}

/** Reads the row from the server and compares its version with the stored one. */
function CompareWithServer({ recorder, question }: { recorder: Recorder; question: Question }): ReactNode {
  const [answer, setAnswer] = useState("");
  const { entityCode, entityId } = question;
  const compare = async () => {
    const { api, store } = recorder.client;
    const key = entityKey(entityCode, entityId);
    const held = (await store.read([key])).get(key);
    const stored = held && !held.gone ? held.ver : undefined;
    try {
      const { version } = await api.get(entityCode, entityId);
      setAnswer(version === stored ? "The server has the same version." : `The server has version ${version}.`);
    } catch (error) {
      setAnswer(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <button
        type="button"
        className="push"
        disabled={entityCode === "" || entityId === ""}
        onClick={() => void compare()}
      >
        Compare with the server
      </button>
      <output>{answer}</output>
    </>
  );
}
