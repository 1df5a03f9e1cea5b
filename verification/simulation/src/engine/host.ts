/** A process of the simulated system. What runs in it is known by the timers and messages that it was given. */
export class Host {
  readonly name: string;
  /** False once it was killed: nothing of it runs again. */
  alive = true;
  frozen = false;
  /** What fell due while it was frozen, in order. */
  readonly backlog: (() => void)[] = [];
  /** Its wall clock runs this much ahead of the others, milliseconds. */
  skewMs = 0;

  constructor(name: string) {
    this.name = name;
  }
}
