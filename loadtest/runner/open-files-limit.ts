/** Files that a generator keeps open besides its sockets: HTTP connections, pipes, libraries. */
const reserve = 600;

function openFilesLimit(): number {
  const report = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { soft: number | string } };
  };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
}

/**
 * Fails before a run whose sockets exceed this process's limit of open files. Halfway through, the failing sockets would
 * look like a fault of the product.
 * @throws Error with the remedy
 */
export function assertOpenFilesLimit(sockets: number, limit = openFilesLimit()): void {
  const needed = sockets + reserve;
  if (needed > limit)
    throw new Error(
      `${sockets} sockets need ${needed} open files, but the limit is ${limit}. Remedy: ulimit -n ${2 ** Math.ceil(Math.log2(needed))}, or fewer sockets with --set.`,
    );
}
