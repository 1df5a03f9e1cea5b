/**
 * Preloaded into a service: shifts its wall clock by the number of milliseconds in a file, which is read again at each
 * SIGUSR2. Monotonic time and timers are unaffected, as on a machine whose clock was set.
 */
import { readFileSync } from "node:fs";

const file = process.env["SHIFTED_CLOCK_FILE"] ?? "";
const RealDate = Date;
let shift = 0;

function read(): void {
  shift = Number(readFileSync(file, "utf8"));
}

class ShiftedDate extends RealDate {
  static override now(): number {
    return RealDate.now() + shift;
  }

  constructor(...args: unknown[]) {
    // Date takes one to seven arguments of several types, which no single signature describes.
    super(...((args.length === 0 ? [ShiftedDate.now()] : args) as [number]));
  }
}

read();
process.on("SIGUSR2", read);
globalThis.Date = ShiftedDate as DateConstructor;
