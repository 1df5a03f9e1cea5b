/**
 * One installer at a time. The lock is a folder of numbered files; the file with the highest number says who holds it, or
 * that nobody does:
 *
 *     .install-lock/1  {"pid":71,"host":"a"}   taken
 *     .install-lock/2  {}                      given back
 *     .install-lock/3  {"pid":95,"host":"a"}   taken by the next
 *
 * Every change is one link(2) to the next number, which exactly one process can make and which appears with its content.
 * So two that find a dead holder at the same moment cannot both take over, as they can with "delete the lock and create
 * it again".
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";

const LOOK_AGAIN_MS = 250;
const HEARTBEAT_MS = 2_000;
/** A holder whose process cannot be asked (another container on the same folder) is dead after this long without a beat. */
const SILENT_MS = 30_000;
/** Old numbers are kept this far back, so that a process that was frozen in between cannot make one of them again. */
const KEEP = 16;

/** Does a process of this id exist? Not being allowed to signal it means that it does. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function numbers(folder) {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Who holds the lock: `{number, holder}`, holder null when nobody living does. */
function look(folder) {
  const number = numbers(folder).at(-1) ?? 0;
  if (number === 0) return { number, holder: null };
  const file = path.join(folder, String(number));
  const holder = JSON.parse(readFileSync(file, "utf8"));
  if (holder.pid === undefined) return { number, holder: null };
  const beating = Date.now() - statSync(file).mtimeMs < SILENT_MS;
  const living = beating && (holder.host !== hostname() || isAlive(holder.pid));
  return { number, holder: living ? holder : null };
}

/** Makes the next number with this content; false when somebody else made it first. */
function append(folder, number, content) {
  const draft = path.join(folder, `draft-${process.pid}`);
  writeFileSync(draft, JSON.stringify(content));
  try {
    linkSync(draft, path.join(folder, String(number)));
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Waits for the lock and takes it; resolves to its number. */
async function acquire(folder) {
  let said = false;
  for (;;) {
    const { number, holder } = look(folder);
    if (holder === null) {
      if (append(folder, number + 1, { pid: process.pid, host: hostname() })) return number + 1;
      continue;
    }
    if (!said) process.stderr.write(`Another command (process ${holder.pid}) is installing; waiting for it …\n`);
    said = true;
    await wait(LOOK_AGAIN_MS);
  }
}

/** Runs `work` as the only one on this clone. A holder that died is replaced at once. */
export async function withInstallLock(root, work) {
  const folder = path.join(root, ".install-lock");
  mkdirSync(folder, { recursive: true });
  const held = await acquire(folder);
  const file = path.join(folder, String(held));
  const beat = setInterval(() => utimesSync(file, new Date(), new Date()), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    append(folder, held + 1, {});
    for (const old of numbers(folder)) if (old <= held - KEEP) rmSync(path.join(folder, String(old)), { force: true });
  }
}
