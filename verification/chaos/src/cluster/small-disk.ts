import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmdirSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { processCommand } from "@heliograph/testkit/process/process-command";

/** Enough for every run; a tmpfs takes only the memory that is used. */
const WHOLE_MIB = 4_096;
const MIB = 1024 * 1024;
const PREFIX = "chaos-disk-";
const FOLDER = /^chaos-disk-(\d+)-/;

/** A separate file system in memory that can be filled and freed at any moment. */
export class SmallDisk implements Disposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Mounts the disk; null where mounting is not permitted. */
  static mount(): SmallDisk | null {
    if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/bin/mount")) return null;
    removeLeftovers();
    const folder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
    try {
      run("mount", "-t", "tmpfs", "-o", `size=${WHOLE_MIB}m,mode=755`, "tmpfs", folder);
    } catch {
      rmdirSync(folder);
      return null;
    }
    return new SmallDisk(folder);
  }

  /** Shrinks the disk to this much free space, KiB. */
  fill(roomKib: number): void {
    const { blocks, bfree, bsize } = statfsSync(this.folder);
    this.#resize(Math.ceil(((blocks - bfree) * bsize) / 1024) + roomKib);
  }

  free(): void {
    this.#resize(WHOLE_MIB * 1024);
  }

  [Symbol.dispose](): void {
    unmount(this.folder);
  }

  #resize(kib: number): void {
    run("mount", "-o", `remount,size=${Math.max(kib, MIB / 1024)}k`, this.folder);
  }
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: "pipe" });
}

function unmount(folder: string): void {
  // Lazily, because a process that is still exiting keeps the mount busy.
  run("umount", "-l", folder);
  rmdirSync(folder);
}

/** Unmounts disks of runs that were killed with SIGKILL. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = FOLDER.exec(name)?.[1];
    if (pid === undefined || processCommand(Number(pid)) !== null) continue;
    try {
      unmount(path.join(tmpdir(), name));
    } catch {
      // Not mounted, or owned by another user.
    }
  }
}
